using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace RetailOps.Migrator;

/// <summary>One file of <c>db/</c>.</summary>
/// <param name="Schema">The folder, which is the schema.</param>
/// <param name="Number">The four digits the file's name starts with.</param>
/// <param name="Name"><c>schema/NNNN_words.sql</c>: how the journal knows it.</param>
/// <param name="Sql">The text, with line feeds only.</param>
public sealed record MigrationScript(string Schema, int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in lower-case hexadecimal; the same whatever line endings the file was checked out with.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>The files of a build in the order they run: platform, workflows, the other schemas by name; in a schema by number.</summary>
public sealed partial class MigrationScripts : IReadOnlyList<MigrationScript>
{
    private static readonly Lazy<MigrationScripts> FromAssembly = new(ReadEmbedded);

    private readonly MigrationScript[] scripts;

    private MigrationScripts(IEnumerable<MigrationScript> scripts)
    {
        this.scripts = [.. scripts.OrderBy(s => Rank(s.Schema)).ThenBy(s => s.Schema, StringComparer.Ordinal).ThenBy(s => s.Number)];
        var twice = this.scripts.GroupBy(s => (s.Schema, s.Number)).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new MigrationException(
                $"{string.Join(" and ", twice.Select(s => $"db/{s.Name}"))} have the same number: give the one that was not released yet the next free number.");
        }
    }

    /// <summary>The files this assembly was built with.</summary>
    public static MigrationScripts Embedded => FromAssembly.Value;

    /// <summary>No files.</summary>
    public static MigrationScripts None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => scripts.Length;

    /// <summary>Differs whenever any file differs: the version of a schema as one word of 64 hexadecimal digits.</summary>
    public string Hash =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', scripts.Select(s => $"{s.Name} {s.Checksum}")))));

    /// <inheritdoc/>
    public MigrationScript this[int index] => scripts[index];

    /// <summary>A copy with one file more, or with other text in a file of that name.</summary>
    /// <param name="name"><c>schema/NNNN_words.sql</c>.</param>
    /// <param name="sql">The text.</param>
    /// <exception cref="MigrationException">The name is not of that form, or another file of the schema has its number.</exception>
    public MigrationScripts With(string name, string sql) => new([.. scripts.Where(s => s.Name != name), Parse(name, sql)]);

    /// <summary>A copy without a file.</summary>
    public MigrationScripts Without(string name) => new(scripts.Where(s => s.Name != name));

    /// <inheritdoc/>
    public IEnumerator<MigrationScript> GetEnumerator() => scripts.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => scripts.GetEnumerator();

    // Every schema may rely on platform's functions; the engine's tables are asked by the statement that raises an event.
    private static int Rank(string schema) => schema switch { "platform" => 0, "workflows" => 1, _ => 2 };

    private static MigrationScripts ReadEmbedded()
    {
        var assembly = typeof(MigrationScripts).Assembly;
        return new MigrationScripts(assembly.GetManifestResourceNames()
            .Where(r => r.EndsWith(".sql", StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
                return Parse(string.Join('/', resource.Replace('\\', '/').Split('/').TakeLast(2)), reader.ReadToEnd());
            }));
    }

    private static MigrationScript Parse(string name, string sql)
    {
        var parts = FileName().Match(name);
        return parts.Success
            ? new MigrationScript(parts.Groups["schema"].Value, int.Parse(parts.Groups["number"].Value, CultureInfo.InvariantCulture), name, sql.ReplaceLineEndings("\n"))
            : throw new MigrationException($"db/{name}: a migration is named <schema>/NNNN_words.sql, lower case, with underscores.");
    }

    [GeneratedRegex("^(?<schema>[a-z][a-z0-9_]*)/(?<number>[0-9]{4})_[a-z0-9_]+\\.sql$", RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();
}
