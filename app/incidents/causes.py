"""What went wrong, in one sentence per defect, as a default that legal approves or changes. Pure."""

from collections.abc import Mapping

from app.deals import RuleName

CAUSES: Mapping[RuleName, str] = {
    RuleName.SINGLE_PASS: (
        "When some investors reached the amount they had asked for, our software shared what was left among the others"
        " only once and did not check again. So some people got more than they had asked for, and others too little."
    ),
    RuleName.CLAMP_ONLY: (
        "When some investors reached the amount they had asked for, our software did not share what was left."
        " Part of the deal that other investors should have had stayed unused."
    ),
    RuleName.NO_CAP: "Our software did not stop at the amount each investor had asked for.",
    RuleName.ROUND_EACH: (
        "Our software rounded each share by itself, so the shares did not add up. The difference is a few cents."
    ),
    RuleName.CURRENT_BASIS: (
        "Our software used your average as it is today. It should have used your average on the day the deal closed."
    ),
}
