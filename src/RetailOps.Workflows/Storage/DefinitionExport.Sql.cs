using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What became of a live definition's file.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="Version">The live version.</param>
/// <param name="IsWritten">False when the file said the same already.</param>
public sealed record ExportedWorkflow(string File, string DefinitionId, int Version, bool IsWritten);

/// <summary>Writes live definitions back to files.</summary>
internal sealed class DefinitionExport(Database database)
{
    public async Task<IReadOnlyList<ExportedWorkflow>> Write(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var exported = new List<ExportedWorkflow>();
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        foreach (var (live, file) in await Live(connection, ct))
        {
            var path = Path.Combine(folder, file);
            var isWritten = !File.Exists(path) || !Says(await File.ReadAllTextAsync(path, ct), live.Document);
            if (isWritten)
            {
                await File.WriteAllBytesAsync(path, ElsaDocument.File(live), ct);
            }

            exported.Add(new(file, live.DefinitionId, live.Version, isWritten));
        }

        return exported;
    }

    /// <summary>Each live version with the file its definition came from, or one named after it.</summary>
    private static async Task<List<(StoredVersion Live, string File)>> Live(NpgsqlConnection connection, CancellationToken ct)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand("select distinct on (definition_id) definition_id, substr(origin, 6) from workflows.definitions where origin like 'file:%' order by definition_id, version desc", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                files[reader.GetString(0)] = Path.GetFileName(reader.GetString(1));
            }
        }

        return [.. (await DefinitionReads.AllLive(connection, ct)).Select(v => (v, files.GetValueOrDefault(v.DefinitionId, v.DefinitionId + ".json")))];
    }

    private static bool Says(string text, string document)
    {
        try
        {
            return ElsaDocument.Checksum(text) == ElsaDocument.Checksum(document);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}
