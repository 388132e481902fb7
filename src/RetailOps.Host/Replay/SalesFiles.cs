using System.Globalization;
using System.IO.Compression;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>Reads the files of a replay: gzip around CSV, one line per line of an invoice.</summary>
internal static class SalesFiles
{
    private const int MostUnits = 1_000_000;

    private const int LongestPrice = 20;

    private const decimal MostOfUnit = 1_000_000_000m;

    // 9,007,199,254,740,991 minor units are the most that an order may come to.
    private const decimal MostPounds = 90_000_000_000_000m;

    private static readonly string[] Header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];

    /// <summary>Reads all files, earliest first whatever their order here.</summary>
    /// <param name="paths">One file each.</param>
    /// <param name="until">The last day, in the United Kingdom; null for all. What lies behind it is passed over and not counted.</param>
    /// <exception cref="SetupException">A file is missing, no gzip file, or has other columns.</exception>
    public static SalesRows Read(IReadOnlyList<string> paths, DateOnly? until = null)
    {
        if (paths.Select(Path.GetFullPath).Distinct().Count() < paths.Count)
        {
            throw new SetupException("A file is named twice: its invoices would be the same orders again.");
        }

        // Each file has its own line of time; the first row says where it belongs.
        var files = paths.Select(p => new OneFile(p, until)).ToList();
        files.ForEach(f => f.Read());
        var ordered = files.OrderBy(f => f.Rows.Count > 0 ? f.Rows[0].Local : DateTime.MaxValue).ThenBy(f => f.Name, StringComparer.Ordinal).ToList();

        var seen = new HashSet<string>();
        var (rows, rejected, repeats, before) = (new List<SalesRow>(), new List<RejectedRow>(), 0, 0);
        foreach (var file in ordered)
        {
            rows.AddRange(file.Rows.Select(r => r with { Number = r.Number + before }));
            rejected.AddRange(file.Rejected);
            repeats += file.Texts.Count(t => !seen.Add(t));
            before += file.Count;
        }

        return new([.. rows.OrderBy(r => r.Local).ThenBy(r => r.Number)], rejected, repeats, [.. ordered.Select(f => f.Broken).OfType<string>()]);
    }

    private sealed class OneFile(string path, DateOnly? until)
    {
        private DateTime last = DateTime.MinValue;

        public string Name { get; } = Path.GetFileName(path);

        public List<SalesRow> Rows { get; } = [];

        public List<RejectedRow> Rejected { get; } = [];

        /// <summary>Every line that has its eight fields, to find those that come again.</summary>
        public List<string> Texts { get; } = [];

        public int Count => Rows.Count + Rejected.Count;

        public string? Broken { get; private set; }

        public void Read()
        {
            using var file = Open();
            var isWhole = GzipEnd.IsIn(file);
            file.Seek(0, SeekOrigin.Begin);
            using var text = new GZipStream(file, CompressionMode.Decompress);
            var records = new CsvRecords(text, isWhole);
            try
            {
                if (!records.TryRead(out var header) || header.Fields is null || !header.Fields.SequenceEqual(Header))
                {
                    throw new SetupException($"{path} has other columns: its first line should be {string.Join(',', Header)}.");
                }

                while (records.TryRead(out var record))
                {
                    Take(record);
                }

                if (!isWhole)
                {
                    throw new EndOfStreamException("The end of the gzip file is missing.");
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                if (records.Line == 0)
                {
                    throw new SetupException($"{path} is no gzip file, or ends before its first line: {e.Message}");
                }

                // The lines before it are whole; what is behind it nobody knows, so it is one line that cannot be read.
                var isCut = e is EndOfStreamException;
                Broken = $"{path} {(isCut ? "ends too early" : "is damaged")} behind line {records.Line}; what was read before it counts, the rest is lost.";
                Rejected.Add(new(Name, records.Line + 1, isCut ? "truncated-file" : "damaged-file", e.Message, last));
            }
        }

        private FileStream Open()
        {
            try
            {
                return File.OpenRead(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SetupException($"{path} cannot be read: {e.Message}");
            }
        }

        private void Take(CsvRecord record)
        {
            var row = default(SalesRow);
            var (reason, words) = record.Fields switch
            {
                null => (record.Problem!, record.Problem == "quote" ? "A quote is not closed, or text follows behind it." : "The line is no UTF-8 text."),
                { Length: var n } when n != Header.Length => ("fields", $"It has {n} fields, not {Header.Length}."),
                var fields => Typed(record.Line, fields, out row),
            };
            last = row?.Local ?? last;
            if (until is { } day && DateOnly.FromDateTime(last) > day)
            {
                return;
            }

            if (record.Fields is { Length: 8 } whole)
            {
                Texts.Add(string.Join('\u001f', whole));
            }

            if (row is not null)
            {
                Rows.Add(row);
            }
            else
            {
                Rejected.Add(new(Name, record.Line, reason, words, last));
            }
        }

        private (string Reason, string Words) Typed(int line, string[] fields, out SalesRow? row)
        {
            row = null;
            var (invoice, code, customer) = (fields[0].Trim().ToUpperInvariant(), fields[1].Trim().ToUpperInvariant(), fields[6].Trim());
            if (!DateTime.TryParseExact(fields[4], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            {
                return ("date", $"'{fields[4]}' is no time like 2010-12-01 08:26:00.");
            }

            last = local;
            if (invoice.Length is 0 or > 64)
            {
                return ("invoice", "It has no invoice number.");
            }

            if (code.Length is 0 or > 64)
            {
                return ("code", "It has no stock code.");
            }

            if (!int.TryParse(fields[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity) || quantity is 0 or > MostUnits or < -MostUnits)
            {
                return ("quantity", $"'{fields[3]}' is no quantity.");
            }

            if (invoice[0] == 'C' && quantity > 0)
            {
                return ("quantity", "A credit note takes back: its quantity is below 0.");
            }

            if (fields[5].Length > LongestPrice
                || !decimal.TryParse(fields[5], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
                || Math.Abs(price) > MostOfUnit || Math.Abs(price * quantity) > MostPounds)
            {
                return ("price", $"'{fields[5]}' is no price.");
            }

            if (invoice[0] == 'C' && price < 0)
            {
                return ("price", "A credit note gives back: its price is not below 0.");
            }

            if (!TryCustomer(customer, out var number))
            {
                return ("customer", $"'{customer}' is no customer's number.");
            }

            row = new(Count + 1, Name, line, invoice, code, fields[2].Trim(), quantity, local, price, number);
            if (row.IsGoods && code.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            {
                row = null;
                return ("code", $"'{code}' is no stock code.");
            }

            return default;
        }

        /// <summary>The source wrote the numbers as floating point: <c>17850.0</c>.</summary>
        private static bool TryCustomer(string text, out string? number)
        {
            var digits = text.Split('.') is [var whole, var zeros] && zeros.All(c => c == '0') ? whole : text;
            number = digits.Length == 0 ? null : digits;
            return digits.Length <= 18 && digits.All(char.IsAsciiDigit) && (digits.Length > 0 || text.Length == 0);
        }
    }
}
