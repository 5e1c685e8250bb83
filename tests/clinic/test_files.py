"""Tables that no spreadsheet runs, whoever typed what is in them."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from clinic.files import as_csv, zipped


def read_back(text: str) -> list[list[str]]:
    """As another program reads the table."""
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


@pytest.mark.parametrize(
    "typed",
    [
        '=HYPERLINK("http://elsewhere.example","look")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "|cmd",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\N{RIGHT-TO-LEFT OVERRIDE}=1+1",
        "\N{ZERO WIDTH SPACE}=1+1",
        "\N{NO-BREAK SPACE}=1+1",
        "\0=1+1",
        '"=1+1',
        "\N{FULLWIDTH EQUALS SIGN}1+1",
    ],
)
def test_no_cell_begins_as_a_formula(typed: str) -> None:
    ((cell,),) = read_back(as_csv(["words"], [[typed]]))[1:]
    assert cell.startswith("'")
    assert "1+1" not in typed or "1+1" in cell
    assert "\0" not in cell


@pytest.mark.parametrize(
    "typed",
    ['She said "no", then\nlaughed; twice', "O'Hara, Mary", "שלום, עולם", "a=b", "", "5 - 3", "x\ty"],
)
def test_every_other_text_comes_back_as_it_was_typed(typed: str) -> None:
    assert read_back(as_csv(["a", "b"], [[typed, typed]]))[1:] == [[typed, typed]]


def test_numbers_stay_numbers_below_zero_too_and_nothing_is_an_empty_cell() -> None:
    text = as_csv(["a", "b", "c"], [[-3, 2.5, None]])
    assert text.splitlines()[1] == '-3,2.5,""'


def test_a_heading_is_a_cell_like_any_other_and_lines_end_as_spreadsheets_want() -> None:
    assert as_csv(["a"], [["b"]]).endswith('"a"\r\n"b"\r\n')


def test_an_archive_tells_no_moment_of_its_own() -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped({"a.txt": "one", "b.bin": b"two"})))
    assert {one.filename: one.date_time[0] for one in archive.infolist()} == {"a.txt": 1980, "b.bin": 1980}
    assert archive.read("a.txt") == b"one"
