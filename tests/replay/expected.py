#!/usr/bin/env python3
"""What a replay must come to, worked out from the files alone. Python's standard library only.

    expected.py FILE.csv.gz… [--until YYYY-MM-DD]     writes one JSON object

It shares nothing with the product, on purpose: a test compares the two.
"""
import csv
import datetime
import gzip
import io
import json
import re
import sys
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
GOODS = re.compile(r"[0-9]{5}[A-Z]*\Z|DCGS")
PENNY = Decimal("0.01")


def pennies(amount):
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


class Line:
    def __init__(self, cells):
        self.note = cells[0].strip().upper()
        self.code = cells[1].strip().upper()
        self.what = cells[2].strip()
        if not self.note:
            raise ValueError("invoice")
        if not self.code:
            raise ValueError("code")
        if not re.fullmatch(r"[+-]?[0-9]+", cells[3]) or not 0 < abs(int(cells[3])) <= 1_000_000:
            raise ValueError("quantity")
        self.units = int(cells[3])
        self.is_credit = self.note.startswith("C")
        if self.is_credit and self.units > 0:
            raise ValueError("quantity")
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", cells[5]) or len(cells[5]) > 20:
            raise ValueError("price")
        self.price = Decimal(cells[5])
        if abs(self.price) > 10**9 or abs(self.price * self.units) > 90 * 10**12 or (self.is_credit and self.price < 0):
            raise ValueError("price")
        who = cells[6].strip()
        if not re.fullmatch(r"([0-9]{1,18}(\.0*)?)?", who):
            raise ValueError("customer")
        self.who = who.split(".")[0]
        self.goods = bool(GOODS.match(self.code))
        if self.goods and re.search(r"\s", self.code):
            raise ValueError("code")


def physical_lines(path):
    """Whole lines, then True in the end when the file broke off or was damaged."""
    rest = b""
    broken = False
    with open(path, "rb") as raw:
        source = gzip.GzipFile(fileobj=raw)
        while True:
            try:
                block = source.read1(65536)
            except (EOFError, OSError, gzip.zlib.error):
                broken = True
                break
            if not block:
                break
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield line.removesuffix(b"\r"), False
    if rest and not broken:
        yield rest.removesuffix(b"\r"), False
    if broken:
        yield None, True


def records(path):
    """(cells or None, the reason why not) for each record."""
    lines = [l for l in physical_lines(path)]
    at = 0
    while at < len(lines):
        text, broken = lines[at]
        if broken:
            yield None, "truncated-file"
            return
        at += 1
        if not text:
            continue
        try:
            whole = text.decode("utf-8")
        except UnicodeDecodeError:
            yield None, "encoding"
            continue
        cells = read_record(whole)
        used = 0
        # A quote can hold line ends. When it never closes, this line alone is broken.
        while cells == "open" and used < 20 and at + used < len(lines) and lines[at + used][0] is not None:
            try:
                whole += "\n" + lines[at + used][0].decode("utf-8")
            except UnicodeDecodeError:
                break
            used += 1
            cells = read_record(whole)
        if isinstance(cells, list):
            at += used
            yield cells, None
        else:
            yield None, "quote"


def read_record(text):
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return "open" if "unexpected end" in str(error) else "broken"
    return found[0] if len(found) == 1 else "broken"


def read(paths, until):
    files = []
    for path in paths:
        cells_of, rejects, texts, last = [], Counter(), [], None
        source = records(path)
        first, _ = next(source, (None, None))
        if first and first[0].startswith("\ufeff"):
            first[0] = first[0][1:]
        if first != COLUMNS:
            sys.exit(f"{path}: other columns")
        for cells, reason in source:
            line = None
            if cells is not None and len(cells) != len(COLUMNS):
                reason = "fields"
            elif cells is not None:
                try:
                    last = datetime.datetime.strptime(cells[4], "%Y-%m-%d %H:%M:%S")
                except ValueError:
                    reason = "date"
                if reason is None:
                    try:
                        line = Line(cells)
                        line.when = last
                    except ValueError as error:
                        reason = str(error)
            if reason == "truncated-file" or until is None or last is None or last.date() <= until:
                if cells is not None and len(cells) == len(COLUMNS):
                    texts.append(tuple(cells))
                if line:
                    cells_of.append(line)
                else:
                    rejects[reason] += 1
        files.append((cells_of, rejects, texts))
    files.sort(key=lambda f: f[0][0].when if f[0] else datetime.datetime.max)
    lines = [line for f in files for line in f[0]]
    for place, line in enumerate(lines):
        line.place = place
    rejects = sum((f[1] for f in files), Counter())
    texts = Counter(t for f in files for t in f[2])
    return lines, rejects, sum(n - 1 for n in texts.values())


def main():
    words = sys.argv[1:]
    until = None
    if "--until" in words:
        at = words.index("--until")
        until = datetime.date.fromisoformat(words[at + 1])
        del words[at : at + 2]
    lines, rejects, repeats = read(words, until)

    credits, credit_charges, adjustments, sales, charges = [], [], [], [], []
    for line in lines:
        if line.is_credit:
            (credits if line.goods else credit_charges).append(line)
        elif line.units < 0 or (line.price == 0 and not line.who):
            adjustments.append(line)
        elif line.price < 0:
            rejects["ledger-adjustment"] += 1
        elif line.goods:
            sales.append(line)
        else:
            charges.append(line)

    placed = {}
    for line in sales + charges:
        placed[line.note] = min(placed.get(line.note, line.when), line.when)
    shelf = defaultdict(list)
    for line in sales:
        line.amount = pennies(line.units * line.price)
        line.back = 0
        if line.who:
            shelf[line.who, line.code].append(line)
    for lot in shelf.values():
        lot.sort(key=lambda l: (placed[l.note], l.place))

    matched_rows = units_back = 0
    refunded = difference = unmatched = Decimal(0)
    refund_of = defaultdict(Decimal)
    for credit in sorted(credits, key=lambda c: (c.when, c.place)):
        open_units = -credit.units
        total = pennies(open_units * credit.price)
        given = Decimal(0)
        for sold in reversed(shelf.get((credit.who, credit.code), [])):
            if (placed[sold.note], sold.place) >= (credit.when, credit.place):
                continue
            take = min(open_units, sold.units - sold.back)
            if take <= 0:
                continue
            share = lambda k: pennies(sold.amount * k / sold.units)
            money = share(sold.back + take) - share(sold.back)
            sold.back += take
            open_units -= take
            units_back += take
            given += money
            refund_of[credit.note, sold.note] += money
        waiting = total - pennies((-credit.units - open_units) * credit.price)
        if open_units < -credit.units:
            matched_rows += 1
        refunded += given
        unmatched += waiting
        difference += total - waiting - given

    goods_notes = {l.note for l in sales}
    charge_amount = [pennies(-c.units * c.price) for c in credit_charges]
    revenue = sum((l.amount for l in sales), Decimal(0)) + sum((pennies(c.units * c.price) for c in charges), Decimal(0))
    json.dump({
        "rows": len(lines) + sum(rejects.values()) - rejects["ledger-adjustment"],
        "saleRows": len(sales),
        "chargeRows": len(charges),
        "adjustmentRows": len(adjustments),
        "returnRows": matched_rows,
        "unmatchedCreditRows": len(credits) - matched_rows,
        "creditChargeRows": len(credit_charges),
        "rejectedRows": sum(rejects.values()),
        "rejects": [{"reason": r, "count": n} for r, n in sorted(rejects.items()) if n],
        "duplicateRows": repeats,
        "orders": len(goods_notes),
        "chargeOnlyOrders": len({l.note for l in charges} - goods_notes),
        "unitsOrdered": sum(l.units for l in sales),
        "unitsShipped": sum(l.units for l in sales),
        "unitsBackordered": 0,
        "revenue": f"{revenue:.2f}",
        "invoiced": f"{revenue:.2f}",
        "creditNotes": len({c.note for c in credits + credit_charges}),
        "returns": len(refund_of),
        "unitsReturned": units_back,
        "refunded": f"{refunded:.2f}",
        "creditDifferenceAmount": f"{difference:.2f}",
        "unmatchedCreditAmount": f"{unmatched:.2f}",
        "creditChargeAmount": f"{sum(charge_amount, Decimal(0)):.2f}",
        "creditMemosPosted": sum(1 for m in refund_of.values() if m > 0) + sum(1 for a in charge_amount if a > 0),
        "ledgerBalance": "0.00",
    }, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
