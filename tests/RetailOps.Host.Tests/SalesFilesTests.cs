using System.IO.Compression;
using System.Text;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

public sealed class SalesFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sales-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_line_is_read_with_all_its_values_exact()
    {
        var rows = Read("536365,85123a,\"HEART, \"\"WHITE\"\"\",6,2010-12-01 08:26:00,2.555,17850.0,United Kingdom").Rows;

        rows.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new SalesRow(1, "a.csv.gz", 2, "536365", "85123A", "HEART, \"WHITE\"", 6, new(2010, 12, 1, 8, 26, 0), 2.555m, "17850"));
    }

    [Theory]
    [InlineData("536365,85123A,X,many,2010-12-01 08:26:00,2.55,17850.0,UK", "quantity")]
    [InlineData("536365,85123A,X,0,2010-12-01 08:26:00,2.55,17850.0,UK", "quantity")]
    [InlineData("536365,85123A,X,1000001,2010-12-01 08:26:00,2.55,17850.0,UK", "quantity")]
    [InlineData("C36365,85123A,X,1,2010-12-01 08:26:00,2.55,17850.0,UK", "quantity")]
    [InlineData("536365,85123A,X,1,01/12/2010 08:26,2.55,17850.0,UK", "date")]
    [InlineData("536365,85123A,X,1,2010-12-01 08:26:00,2.5.5,17850.0,UK", "price")]
    [InlineData("536365,85123A,X,1,2010-12-01 08:26:00,1e3,17850.0,UK", "price")]
    [InlineData("536365,85123A,X,1,2010-12-01 08:26:00,2.55,17850.5,UK", "customer")]
    [InlineData("536365,85123A,X,1,2010-12-01 08:26:00,2.55,Ada,UK", "customer")]
    [InlineData(",85123A,X,1,2010-12-01 08:26:00,2.55,17850.0,UK", "invoice")]
    [InlineData("536365,,X,1,2010-12-01 08:26:00,2.55,17850.0,UK", "code")]
    [InlineData("536365,DCGS 1,X,1,2010-12-01 08:26:00,2.55,17850.0,UK", "code")]
    [InlineData("536365,85123A,X", "fields")]
    [InlineData("536365,85123A,X,1,2010-12-01 08:26:00,2.55,17850.0,UK,more", "fields")]
    [InlineData("536365,85123A,\"X\"Y,1,2010-12-01 08:26:00,2.55,17850.0,UK", "quote")]
    [InlineData("536365,85123A,\"X,1,2010-12-01 08:26:00,2.55,17850.0,UK", "quote")]
    public void A_line_that_cannot_be_read_is_rejected_with_its_number_and_the_next_one_is_read(string line, string reason)
    {
        var files = Read(Sale(1), line, Sale(2), Sale(3));

        files.Rejected.Select(r => (r.Line, r.Reason)).Should().Equal((3, reason));
        files.Rows.Select(r => (r.Line, r.Invoice)).Should().Equal((2, "1"), (4, "2"), (5, "3"));
        files.Count.Should().Be(4);
    }

    [Fact]
    public void A_quote_that_is_closed_by_the_quote_of_a_later_line_costs_one_line()
    {
        var files = Read("9,85123A,\"X,1,2010-12-01 08:26:00,2.55,17850.0,UK", Sale(1), "2,85123A,\"A,B\",1,2010-12-01 08:26:00,2.55,17850.0,UK", Sale(3));

        files.Rejected.Select(r => r.Line).Should().Equal(2);
        files.Rows.Select(r => (r.Line, r.Invoice)).Should().Equal((3, "1"), (4, "2"), (5, "3"));
    }

    [Fact]
    public void A_field_may_hold_a_line_end()
    {
        var files = Read("1,85123A,\"two\nlines\",1,2010-12-01 08:26:00,2.55,17850.0,UK", Sale(2));

        files.Rows.Select(r => (r.Line, r.Description)).Should().Equal((2, "two\nlines"), (4, "X"));
    }

    [Fact]
    public void Bytes_that_are_no_text_cost_one_line()
    {
        var path = Path.Combine(folder, "bytes.csv.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(DirtySales.Header + "\r\n" + Sale(1) + "\r\n"));
            gzip.Write([0x31, 0xFF, 0xFE, 0x0A]);
            gzip.Write(Encoding.UTF8.GetBytes(Sale(2)));
        }

        var files = SalesFiles.Read([path]);

        files.Rejected.Select(r => (r.Line, r.Reason)).Should().Equal((3, "encoding"));
        files.Rows.Select(r => r.Invoice).Should().Equal("1", "2");
    }

    [Fact]
    public void Of_a_file_that_was_cut_everything_before_the_cut_counts_and_the_rest_is_one_reject()
    {
        var whole = File.ReadAllBytes(DirtySales.Write(Path.Combine(folder, "whole.csv.gz"), Enumerable.Range(1, 5_000).Select(Sale)));
        var path = Path.Combine(folder, "cut.csv.gz");
        var read = new List<int>();
        for (var length = whole.Length - 1; length > whole.Length / 2; length -= whole.Length / 40)
        {
            File.WriteAllBytes(path, whole[..length]);

            var files = SalesFiles.Read([path]);

            files.Broken.Should().ContainSingle().Which.Should().Contain("ends too early");
            files.Rejected.Should().ContainSingle().Which.Reason.Should().Be("truncated-file");
            files.Rows.Select(r => r.Invoice).Should().Equal(Enumerable.Range(1, files.Rows.Count).Select(n => $"{n}"));
            read.Add(files.Rows.Count);
        }

        read.Should().BeInDescendingOrder().And.Subject.Max().Should().Be(5_000);
        read.Min().Should().BeInRange(1_000, 4_000);
    }

    [Fact]
    public void A_cut_within_the_last_bytes_is_seen_and_members_behind_each_other_are_one_file()
    {
        var first = File.ReadAllBytes(DirtySales.Write(Path.Combine(folder, "first.csv.gz"), [Sale(1)]));
        using var second = new MemoryStream();
        using (var gzip = new GZipStream(second, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Sale(2) + "\n"));
        }

        var path = Path.Combine(folder, "both.csv.gz");
        File.WriteAllBytes(path, [.. first, .. second.ToArray()]);
        SalesFiles.Read([path]).Should().BeEquivalentTo(new { Broken = Array.Empty<string>(), Count = 2 });
        for (var missing = 1; missing <= 8; missing++)
        {
            File.WriteAllBytes(path, [.. first, .. second.ToArray()[..^missing]]);

            var files = SalesFiles.Read([path]);

            files.Rows.Should().HaveCount(2);
            files.Rejected.Select(r => r.Reason).Should().Equal("truncated-file");
        }
    }

    [Fact]
    public void A_file_with_a_wrong_byte_is_read_up_to_it()
    {
        var bytes = File.ReadAllBytes(DirtySales.Write(Path.Combine(folder, "a.csv.gz"), DirtySales.Lines(3, 300, new(2010, 12, 1))));
        bytes[bytes.Length / 2] ^= 0x55;
        bytes[bytes.Length / 2 + 1] ^= 0x55;
        var path = Path.Combine(folder, "b.csv.gz");
        File.WriteAllBytes(path, bytes);

        var files = SalesFiles.Read([path]);

        files.Broken.Should().ContainSingle();
        files.Rejected.Should().Contain(r => r.Reason == "damaged-file" || r.Reason == "truncated-file");
        files.Rows.Should().NotBeEmpty();
    }

    [Fact]
    public void Other_columns_no_gzip_no_file_and_a_file_twice_are_said_clearly()
    {
        var plain = Path.Combine(folder, "plain.csv.gz");
        File.WriteAllText(plain, DirtySales.Header + "\n" + Sale(1) + "\n");
        var other = Path.Combine(folder, "other.csv.gz");
        using (var gzip = new GZipStream(File.Create(other), CompressionLevel.Fastest))
        {
            gzip.Write("Invoice,Code\n1,2\n"u8);
        }

        Reading(plain).Should().Throw<SetupException>().WithMessage("*is no gzip file*");
        Reading(other).Should().Throw<SetupException>().WithMessage("*other columns*InvoiceNo,StockCode*");
        Reading(Path.Combine(folder, "none")).Should().Throw<SetupException>().WithMessage("*cannot be read*");
        Reading(other, other).Should().Throw<SetupException>().WithMessage("*named twice*");

        static Action Reading(params string[] paths) => () => SalesFiles.Read(paths);
    }

    [Fact]
    public void Several_files_are_one_in_time_order_whatever_their_order()
    {
        var january = DirtySales.Write(Path.Combine(folder, "a.csv.gz"), [Sale(3, "2011-01-01"), Sale(4, "2011-01-02")]);
        var december = DirtySales.Write(Path.Combine(folder, "b.csv.gz"), [Sale(1, "2010-12-01"), Sale(2, "2010-12-31"), Sale(2, "2010-12-31")]);

        var files = SalesFiles.Read([january, december]);
        var until = SalesFiles.Read([january, december], new DateOnly(2011, 1, 1));

        files.Rows.Select(r => (r.Number, r.Invoice)).Should().Equal((1, "1"), (2, "2"), (3, "2"), (4, "3"), (5, "4"));
        files.Repeats.Should().Be(1);
        until.Rows.Select(r => r.Invoice).Should().Equal("1", "2", "2", "3");
    }

    private static string Sale(int invoice) => Sale(invoice, "2010-12-01");

    private static string Sale(int invoice, string day) => $"{invoice},85123A,X,6,{day} 08:26:00,2.55,17850.0,United Kingdom";

    private SalesRows Read(params string[] lines) => SalesFiles.Read([DirtySales.Write(Path.Combine(folder, "a.csv.gz"), lines)]);
}
