"""Rows of several runs stand in one report, each with its own date and commit."""

from bench.result import Result, report


def a_result(name: str, ratio: str) -> Result:
    return Result(name, "some work", "a limit", 2.0, 1.0, ratio, "<= 4 x", reached=True, peak_megabytes=90)


def test_rows_of_other_benchmarks_keep_the_day_and_commit_they_were_measured_at() -> None:
    first = report("", [a_result("import", "5 x"), a_result("replay", "7 x")], measured="2026-11-22, abc1234, here")

    again = report(
        f"{first}\n## Notes\n\nA busy machine.\n",
        [a_result("import", "4 x"), a_result("mail", "1 x")],
        measured="2026-11-30, def5678, there",
    )

    rows = [line for line in again.splitlines() if line.startswith("|")][2:]
    assert [(row.split("|")[1].strip(), row.split("|")[6].strip(), row.split("|")[-2].strip()) for row in rows] == [
        ("import", "4 x", "2026-11-30, def5678, there"),
        ("replay", "7 x", "2026-11-22, abc1234, here"),
        ("mail", "1 x", "2026-11-30, def5678, there"),
    ]
    assert again.endswith("\n## Notes\n\nA busy machine.\n")
    assert report(again, [], measured="") == again
