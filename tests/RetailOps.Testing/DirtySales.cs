using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace RetailOps.Testing;

/// <summary>Makes files like those of a real online shop, with everything that is wrong in them. The same seed makes the same file.</summary>
public static class DirtySales
{
    /// <summary>The first line.</summary>
    public const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

    /// <summary>Writes lines as a file of a replay.</summary>
    /// <returns>The path.</returns>
    public static string Write(string path, IEnumerable<string> lines)
    {
        using var file = File.Create(path);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        using var writer = new StreamWriter(gzip, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        foreach (var line in lines.Prepend(Header))
        {
            writer.WriteLine(line);
        }

        return path;
    }

    /// <summary>Lines of so many invoices and what goes with them: returns, charges, corrections, doubles, broken lines.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="invoices">How many invoices with goods.</param>
    /// <param name="from">The first day, in the United Kingdom.</param>
    public static IReadOnlyList<string> Lines(int seed, int invoices, DateTime from)
    {
        var draw = new Draw(seed);
        var (lines, bought, time, number, note) = (new List<string>(), new List<(string Customer, string Code, int Quantity, string Price)>(), from.AddHours(8), 536365, 700000);
        for (var i = 0; i < invoices; i++)
        {
            time = time.AddMinutes(draw.Next(1, 40));
            if (time.Hour >= 18)
            {
                time = time.Date.AddDays(1).AddHours(8);
            }

            var customer = draw.OneIn(4) ? "" : $"{draw.Next(12346, 12376)}.0";
            Invoice($"{number++}", customer);
            if (bought.Count > 0 && draw.OneIn(4))
            {
                CreditNote($"C{number++}");
            }

            if (draw.OneIn(8))
            {
                Oddity();
            }
        }

        return lines;

        void Add(string invoice, string code, string what, int quantity, string price, string customer) =>
            lines.Add($"{invoice},{code},{(what.Contains('"', StringComparison.Ordinal) || what.Contains(',', StringComparison.Ordinal) ? $"\"{what.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : what)},{quantity},{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)},{price},{customer},United Kingdom");

        void Invoice(string invoice, string customer)
        {
            for (var l = draw.Next(1, 12); l > 0; l--)
            {
                var code = draw.Code();
                var (quantity, price) = (draw.OneIn(60) ? draw.Next(1_000, 81_000) : draw.Next(1, 48), draw.OneIn(40) ? "0.001" : draw.OneIn(25) ? "0.0" : draw.Price());
                if (price == "0.0" && customer.Length == 0)
                {
                    price = "0.85";
                }

                Add(invoice, code, draw.What(code), quantity, price, customer);
                bought.Add((customer, code, quantity, price));
                if (draw.OneIn(30))
                {
                    lines.Add(lines[^1]);
                    bought.Add(bought[^1]);
                }

                if (draw.OneIn(50))
                {
                    time = time.AddMinutes(1);
                }
            }

            if (draw.OneIn(5))
            {
                Add(invoice, draw.Of("POST", "DOT", "C2", "M", "D", "gift_0001_20", "BANK CHARGES"), "Charge", draw.Next(1, 3), draw.Price(), customer);
            }

            if (draw.OneIn(20))
            {
                Add($"{number++}", draw.Of("POST", "AMAZONFEE", "S"), "Only a charge", 1, draw.Price(), customer);
            }
        }

        void CreditNote(string invoice)
        {
            for (var l = draw.Next(1, 4); l > 0; l--)
            {
                var (customer, code, quantity, price) = bought[draw.Next(0, bought.Count)];
                Add(invoice, code, draw.What(code), -draw.Next(1, quantity + 3), draw.OneIn(6) ? draw.Price() : price, customer);
            }

            if (draw.OneIn(3))
            {
                Add(invoice, draw.Of("M", "D", "POST", "CRUK", "AMAZONFEE"), "Credit", -1, draw.OneIn(5) ? "5225.03" : draw.Price(), draw.OneIn(2) ? "" : "12350.0");
            }

            if (draw.OneIn(6))
            {
                Add($"C{note++}", draw.Code(), "Nobody bought it", -draw.Next(1, 9), draw.Price(), "99999.0");
            }
        }

        void Oddity()
        {
            switch (draw.Next(0, 8))
            {
                case 0:
                    Add($"{number++}", draw.Code(), draw.Of("damages", "", "wet, mouldy", "lost \"in space\""), -draw.Next(1, 30), "0.0", "");
                    break;
                case 1:
                    Add($"{number++}", draw.Code(), "found", draw.Next(1, 30), "0.0", "");
                    break;
                case 2:
                    Add($"{number++}", draw.Of("M", "DOT"), "", -2, "0.0", "");
                    break;
                case 3:
                    Add($"A{number++}", "B", "Adjust bad debt", 1, "-11062.06", "");
                    break;
                case 4:
                    lines.Add($"{number++},22423,\"REGENCY CAKESTAND,1,{time:yyyy-MM-dd HH:mm:ss},12.75,13093.0,United Kingdom");
                    break;
                case 5:
                    lines.Add($"{number++},22423,TOO FEW");
                    break;
                case 6:
                    lines.Add($"{number++},22423,NO NUMBER,many,{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)},12.75,13093.0,United Kingdom");
                    break;
                default:
                    Add($"{number++}", draw.Code(), "A line that\nends twice".Replace("\n", ", ", StringComparison.Ordinal), 3, draw.Price(), "12351.0");
                    break;
            }
        }
    }

    /// <summary>The same numbers on every platform and version.</summary>
    private sealed class Draw(int seed)
    {
        private static readonly string[] Codes = ["85123A", "71053", "84406b", "84029G", "22423", "21730", "dcgs0003", "DCGSSGIRL", "84029e", "22752", "21755", "48187"];

        private ulong state = (ulong)seed * 2654435761 + 88172645463325252;

        public int Next(int from, int below)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return from + (int)(state % (ulong)(below - from));
        }

        public bool OneIn(int n) => Next(0, n) == 0;

        public string Of(params string[] words) => words[Next(0, words.Length)];

        public string Code() => Codes[Next(0, Codes.Length)];

        public string What(string code) => OneIn(9) ? $"LETTER \"{code[0]}\", SMALL" : $"THING {code.ToUpperInvariant()}";

        public string Price() => $"{Next(0, 20)}.{Next(10, 100)}";
    }
}
