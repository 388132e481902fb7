using System.Diagnostics;

namespace RetailOps.ArchitectureTests;

/// <summary>No credential is in the repository, nor was one ever.</summary>
public sealed class SecretRulesTests
{
    private static readonly string[] Binary = [".png", ".jpg", ".ico", ".woff2", ".snk", ".gz", ".zip", ".pdf"];

    [Fact]
    public void No_file_of_the_repository_holds_a_secret()
    {
        var files = Git("ls-files").Where(f => !Binary.Contains(Path.GetExtension(f)) && File.Exists(Path.Combine(World.Root, f))).ToList();

        files.Should().HaveCountGreaterThan(500);
        files.SelectMany(f => SecretRules.Find(f, File.ReadLines(Path.Combine(World.Root, f)))).Should().BeEmpty();
    }

    [Fact]
    public void Nor_did_any_that_ever_was()
    {
        var commit = "";
        var found = new List<string>();
        foreach (var line in Git("log", "--all", "-p", "--unified=0", "--no-color", "--no-ext-diff", "--format=commit %h"))
        {
            if (line.StartsWith("commit ", StringComparison.Ordinal))
            {
                commit = line;
            }
            else if (line.StartsWith('+') && SecretRules.KindOf(line) is { } kind)
            {
                found.Add($"{commit}: a line looks like {kind}.");
            }
        }

        commit.Should().NotBeEmpty();
        found.Distinct().Should().BeEmpty();
    }

    // Put together here, so that this file holds none.
    [Theory]
    [InlineData("-----BEGIN RSA ", "PRIVATE KEY-----")]
    [InlineData("-----BEGIN ", "PRIVATE KEY-----")]
    [InlineData("id = AKIA", "IOSFODNN7EXAMPLE")]
    [InlineData("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("xoxb-", "123456789012-abcdefghijkl")]
    [InlineData("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    [InlineData("AIza", "SyA1234567890abcdefghijklmnopqrstuvw")]
    [InlineData("shpat_", "0123456789abcdef0123456789abcdef")]
    [InlineData("shippo_live_", "0123456789abcdef0123456789abcdef01234567")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U")]
    [InlineData("https://admin:", "Tr0ub4dor@db.example.com/")]
    [InlineData("Host=db;Username=app;Password", "=Tr0ub4dor&3")]
    [InlineData("\"ApiKey\": ", "\"q7Zt1Vb9Lk2Xw8Rm4Np6\"")]
    [InlineData("const string ClientSecret = ", "\"q7Zt1Vb9Lk2Xw8Rm4Np6Yd3\"")]
    public void One_that_is_planted_is_seen(string first, string second) => SecretRules.Find("a.cs", ["", first + second]).Should().ContainSingle().Which.Should().StartWith("a.cs:2: ");

    [Theory]
    [InlineData("Password={password};Host=x")]
    [InlineData("password = Environment.GetEnvironmentVariable(\"RETAILOPS_KEY\")")]
    [InlineData("https://user:pass@example.com/")]
    [InlineData("token: \"security.designer-token-of-a-page\"")]
    [InlineData("the secret=\"not-a-secret-but-a-sentence\"")]
    public void What_only_speaks_of_one_is_none(string line) => SecretRules.KindOf(line).Should().BeNull();

    private static IEnumerable<string> Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", World.Root, "-c", "core.quotePath=false", .. arguments]) { RedirectStandardOutput = true, StandardOutputEncoding = System.Text.Encoding.UTF8 })!;
        while (git.StandardOutput.ReadLine() is { } line)
        {
            yield return line;
        }

        git.WaitForExit();
        git.ExitCode.Should().Be(0);
    }
}
