"""What staff see of an investor's page cannot be pressed."""

from app.web.support.inert import make_inert

PAGE = """<!DOCTYPE html><html><head><script src="/x.js"></script><link href="/a.css"></head><body>
<aside data-live><form method="post" action="/go"><input name="csrf_token" type="hidden" value="1"><button>Go</button>
</form><a href="/back">Back</a></aside>
<form method="post" action="/read" hx-post="/read"><input type="hidden" name="csrf_token" value="2">
<button formaction="/other">Read &amp; understood</button><select><option>A</option></select></form>
<a href="/corrections">List</a> <a href="#wrong">Wrong</a> <a href="tel:+1">Call</a>&nbsp;&#8722;5 <br/>
<p title="a &quot;b&quot;">x &lt; y</p></body></html>"""


def test_forms_lead_nowhere_and_controls_are_shut() -> None:
    page = make_inert(PAGE).split("</aside>")[1]

    assert "<form><button disabled>Read &amp; understood</button><select disabled>" in page.replace("\n", "")
    assert "csrf_token" not in page
    assert "/read" not in page


def test_links_that_leave_the_page_are_text_and_those_within_it_stay() -> None:
    page = make_inert(PAGE).split("</aside>")[1]

    assert '<a>List</a> <a href="#wrong">Wrong</a> <a>Call</a>' in page


def test_what_is_ours_stays_alive() -> None:
    aside = make_inert(PAGE).split("</aside>")[0]

    assert (
        '<form method="post" action="/go"><input name="csrf_token" type="hidden" value="1"><button>Go</button>' in aside
    )
    assert '<a href="/back">Back</a>' in aside


def test_the_rest_is_as_it_was_but_for_scripts() -> None:
    page = make_inert(PAGE)

    assert page.startswith("<!DOCTYPE html><html><head><link")
    assert "<script" not in page
    assert "&nbsp;&#8722;5 <br/>" in page
    assert '<p title="a &quot;b&quot;">x &lt; y</p></body></html>' in page
