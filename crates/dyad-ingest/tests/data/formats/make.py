"""Writes the practice network, and its first rows, in the formats of other programs.

pip install pandas pyarrow pyreadstat openpyxl; python make.py
"""

import pathlib
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pyreadstat

HERE = pathlib.Path(__file__).parent
IDS = ["site", "therapist", "client"]
CODES = ["NA", "-9", "999"]


def write(frame, name):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # One write as other programs do it, with metadata, dictionaries and compression.
    pa.parquet.write_table(table, HERE / f"{name}.parquet", compression="zstd")
    pa.feather.write_feather(table, HERE / f"{name}.arrow", compression="lz4")
    at = frame.columns.get_loc("therapist")
    encoded = table.set_column(at, "therapist", table["therapist"].dictionary_encode())
    with pa.ipc.new_stream(HERE / f"{name}-stream.arrow", encoded.schema) as out:
        out.write_table(encoded)
    labels = {"alliance_client": {1.0: "never", 7.0: "always"}}
    pyreadstat.write_sav(frame, HERE / f"{name}.sav", variable_value_labels=labels)
    pyreadstat.write_sav(frame, HERE / f"{name}.zsav", compress=True)
    for version in (8, 12, 13, 14, 15):
        pyreadstat.write_dta(frame, HERE / f"{name}-{version}.dta", version=version)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "sessions"
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([None if pd.isna(cell) else cell for cell in row])
    book.create_sheet("notes")
    book.save(HERE / f"{name}.xlsx")


network = pd.read_csv(
    HERE.parent / "practice-network" / "sessions.csv",
    dtype={name: str for name in IDS},
    na_values=CODES,
)
write(network, "network")
small = network.head(12)[["therapist", "client", "session", "alliance_client"]]
write(small, "small")
# Every byte of these is changed in a test, so they hold nothing but their table.
table = pa.Table.from_pandas(small, preserve_index=False).replace_schema_metadata(None)
pa.parquet.write_table(table, HERE / "small.parquet", compression="zstd", store_schema=False)
pa.feather.write_feather(table, HERE / "small.arrow", compression="lz4")
PARTS = ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
PARTS += ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]
with zipfile.ZipFile(HERE / "small.xlsx") as book:
    parts = {name: book.read(name) for name in PARTS}
with zipfile.ZipFile(HERE / "small.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
    for name, content in parts.items():
        book.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)

# Titles above the header, one of them across several columns; and names in two rows, which no reader can join.
for name, merged in [("titled", ["A1:D1", "A3:B3"]), ("merged", ["A1:D1", "A3:B3", "C3:C4"])]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Ratings of the first four sessions"])
    sheet.append([])
    sheet.append(["Who", None, "session" if "C3:C4" in merged else None, "Ratings"])
    sheet.append(list(small.columns))
    for row in small.itertuples(index=False):
        sheet.append([None if pd.isna(cell) else cell for cell in row])
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(HERE / f"{name}.xlsx")

# User-missing values and a range, as SPSS users declare them; 9 is outside the range, 98 inside.
declared = pd.DataFrame(
    {"t": ["A"] * 5, "c": ["1"] * 5, "n": [1, 2, 3, 4, 5], "wai": [4.5, 9.0, 98.0, float("nan"), 6.0]}
)
pyreadstat.write_sav(
    declared,
    HERE / "declared.sav",
    missing_ranges={"wai": [9.0, {"lo": 95.0, "hi": 99.0}]},
    variable_value_labels={"wai": {9.0: "refused", 98.0: "not asked"}},
)
lettered = declared.assign(wai=pd.Series([4.5, "a", "z", float("nan"), 6.0], dtype=object))
pyreadstat.write_dta(
    lettered, HERE / "declared.dta", missing_user_values={"wai": ["a", "z"]}, version=15
)
dated = pd.DataFrame({"t": ["A", "A"], "c": ["1", "1"], "wai": [4.0, 5.0]})
dated["d"] = pd.to_datetime(["2024-03-04", "2024-03-11"]).date
pyreadstat.write_sav(dated, HERE / "dated.sav")
pyreadstat.write_dta(dated, HERE / "dated.dta", version=15)
dated.to_parquet(HERE / "dated.parquet", index=False)
dated.to_excel(HERE / "dated.xlsx", index=False)

# What programs hide beside the cells: an address in the metadata, a note, a label.
hidden = dated.drop(columns="d").assign(n=[1, 2])
told = "exported by jo@clinic.org"
table = pa.Table.from_pandas(hidden, preserve_index=False)
table = table.replace_schema_metadata({"origin": told})
pa.parquet.write_table(table, HERE / "hidden.parquet")
pa.feather.write_feather(table, HERE / "hidden.arrow", compression="lz4")
pyreadstat.write_sav(hidden, HERE / "hidden-note.sav", note=told)
pyreadstat.write_sav(hidden, HERE / "hidden-label.sav", column_labels={"wai": told})
pyreadstat.write_dta(hidden, HERE / "hidden-label.dta", column_labels={"wai": told}, version=15)
pyreadstat.write_dta(hidden, HERE / "hidden-file.dta", file_label=told, version=15)

# One row per client: the same ratings, named by session number.
rated = ["alliance_client", "alliance_therapist", "symptom"]
fixed = ["site", "therapist", "client", "baseline", "burnout", "dropout"]
held = network.dropna(subset=rated, how="all")
wide = held.pivot(index=fixed, columns="session", values=rated)
wide.columns = [f"{name}_s{session}" for name, session in wide.columns]
wide = wide.reset_index()
table = pa.Table.from_pandas(wide, preserve_index=False)
pa.parquet.write_table(table, HERE / "wide.parquet", compression="zstd")
pa.feather.write_feather(table, HERE / "wide.arrow", compression="lz4")
pyreadstat.write_sav(wide, HERE / "wide.sav")
pyreadstat.write_dta(wide, HERE / "wide.dta", version=15)
wide.to_excel(HERE / "wide.xlsx", index=False)
