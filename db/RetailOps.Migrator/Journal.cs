using System.Data;

using DbUp.Engine;

using Npgsql;

namespace RetailOps.Migrator;

/// <summary>
/// Which files this database has seen, with their checksums. DbUp's own journal knows no checksum; written here, name and checksum
/// are committed with the script itself.
/// </summary>
internal sealed class Journal(IReadOnlyDictionary<string, string> applied, MigrationScripts scripts, CancellationToken ct) : IJournal
{
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select script, checksum from platform.schema_versions", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            applied.Add(reader.GetString(0), reader.GetString(1));
        }

        return applied;
    }

    /// <summary>History is not rewritten: what was applied still stands in the build as it was, and nothing slips in before it.</summary>
    /// <exception cref="MigrationException">All that is wrong, file by file, and what to do.</exception>
    public static void Guard(IReadOnlyDictionary<string, string> applied, MigrationScripts scripts)
    {
        var changed = scripts.Where(s => applied.TryGetValue(s.Name, out var checksum) && checksum != s.Checksum)
            .Select(s => $"db/{s.Name} was changed after it was applied here: restore the file and put the change into a new one with the next free number");
        var missing = applied.Keys.Where(name => scripts.All(s => s.Name != name) && !IsNewer(name, scripts))
            .Select(name => $"db/{name} was applied here and is not in this build: restore the file under that name, or start the build that has it");
        var late = scripts.Where(s => !applied.ContainsKey(s.Name) && NumbersOf(applied.Keys, s.Schema).Any(n => n > s.Number))
            .Select(s => $"db/{s.Name} is new, but higher numbers of its schema were applied here before: give it the next free number");

        string[] wrong = [.. changed, .. missing, .. late];
        if (wrong.Length > 0)
        {
            throw new MigrationException($"Nothing was migrated. {string.Join("; ", wrong)}.");
        }
    }

    /// <summary>Applied by a later build: its number is beyond all this build knows of the schema. That is an upgrade under way, and fine.</summary>
    public static bool IsNewer(string name, MigrationScripts scripts)
    {
        var schema = SchemaOf(name);
        return scripts.All(s => s.Schema != schema || s.Number < NumberOf(name));
    }

    public string[] GetExecutedScripts() => [.. applied.Keys];

    public void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
    {
        // Still inside the script's transaction: a host that is told to stop leaves no half of it.
        ct.ThrowIfCancellationRequested();
        using var command = dbCommandFactory();
        command.CommandText = "insert into platform.schema_versions (script, checksum) values ($1, $2)";
        command.Parameters.Add(new NpgsqlParameter { Value = script.Name });
        command.Parameters.Add(new NpgsqlParameter { Value = scripts.Single(s => s.Name == script.Name).Checksum });
        command.ExecuteNonQuery();
    }

    public void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
    {
        // Schemas.PrepareAsync made it: the guard reads it before DbUp starts.
    }

    private static IEnumerable<int> NumbersOf(IEnumerable<string> names, string schema) => names.Where(n => SchemaOf(n) == schema).Select(NumberOf);

    private static string SchemaOf(string name) => name[..name.IndexOf('/', StringComparison.Ordinal)];

    private static int NumberOf(string name) =>
        int.Parse(name.AsSpan(name.IndexOf('/', StringComparison.Ordinal) + 1, 4), provider: System.Globalization.CultureInfo.InvariantCulture);
}
