import re

from leaderboard.factory import make_results, make_task, rendered
from rnnbench.leaderboard import make_board

PAYLOADS = [
    r"\input{/etc/passwd}",
    r"\write18{ls}",
    "^^5cinput x",
    "100 % & #1 $x_2$ ~ {a}",
    "}\\end{tabular}",
    "%\n\\def\\x{}",
    r"\\[1cm]",
    "``quoted'' -- <a|b>",
]
OURS = {
    "begin", "end", "centering", "small", "caption", "toprule", "midrule", "bottomrule", "textbf", "emph", "par",
    "footnotesize", "uparrow", "downarrow", "ldots", "pm", "textbackslash", "textasciicircum", "textasciitilde",
    "textless", "textgreater", "textbar", "textquotedbl", "textquotesingle", "textasciigrave",
}  # fmt: skip


def test_a_row_reads_as_in_the_other_formats(results):
    text = rendered("tex", make_board(*results))
    assert r"1* & \textbf{lstm} & 84.50 & [83.26, 85.74] & [82.81, 86.19] & $-$34.50 & 3 &" in text
    assert r"\caption{sentiment/reviews. no verdict: no attention model is planned.}" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2


def test_hostile_text_is_no_command_no_comment_and_no_cell():
    for payload in PAYLOADS:
        task = make_task(notes=(payload,), block=payload)
        plan, records = make_results({payload: [80.0, 81.0]}, task, suite=payload, description=payload)
        text = rendered("tex", make_board(plan, records))
        head, body = text.split("\n\n", 1)
        assert all(line.startswith("% ") and "^" not in line for line in head.split("\n"))
        assert set(re.findall(r"\\([a-zA-Z]+)", body)) <= OURS
        assert not re.search(r"(?<!\\)[#%^~]", body)
        rows = [line for line in body.split("\n") if line.endswith(r"\\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {9}
        plain = re.sub(r"\\[{}]", "", body)
        assert plain.count("{") == plain.count("}")
