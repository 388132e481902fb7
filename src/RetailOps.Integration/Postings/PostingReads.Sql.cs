using System.Text.Json;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A document that the connector is to bring.</summary>
/// <param name="Document">What should stand in the books.</param>
/// <param name="AwaitsWhatItCorrects">Whether it credits a document that is on its way itself.</param>
internal sealed record WantedDocument(ErpDocument Document, bool AwaitsWhatItCorrects);

/// <summary>Postings as those outside a unit of work need them: no transaction stays open while the ERP is asked.</summary>
internal sealed class PostingReads(Database database)
{
    public async Task<IReadOnlyList<WantedDocument>> Read(string[] keys, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select p.document::text, exists (select from integration.postings c where c.key = p.document->>'corrects' and c.status = 'requested')
            from integration.postings p where p.key = any($1)
            """);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var wanted = new List<WantedDocument>();
        while (await reader.ReadAsync(ct))
        {
            wanted.Add(new(JsonSerializer.Deserialize<ErpDocument>(reader.GetString(0), JsonSerializerOptions.Web)!, reader.GetBoolean(1)));
        }

        return wanted;
    }

    /// <summary>How often documents were tried in the rounds that are under way.</summary>
    public static async Task<Dictionary<string, int>> UnderWay(UnitOfWork work, string[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select key, sum(attempts)::int from platform.deliveries where subscriber = $1 and key = any($2) and state in (0, 2) group by key", await work.Connection(ct))
        {
            Parameters = { new() { Value = ErpConnector.Name }, new() { Value = keys } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tries = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            tries.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return tries;
    }
}
