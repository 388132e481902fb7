using System.Text.Json;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A document that the connector is to bring.</summary>
/// <param name="Document">What should stand in the books.</param>
/// <param name="Before">The document that must stand before it; null for none.</param>
internal sealed record WantedDocument(ErpDocument Document, DocumentBefore? Before)
{
    /// <summary>Whether it cannot be sent yet.</summary>
    public bool Waits => Before is { Status: not (PostingStatus.Posted or PostingStatus.SetAside) };
}

/// <summary>A document that another one credits or pays.</summary>
internal sealed record DocumentBefore(string Key, PostingStatus Status, string System);

/// <summary>Postings as those outside a unit of work need them: no transaction stays open while the ERP is asked.</summary>
internal sealed class PostingReads(Database database)
{
    private const string WaitsSql =
        """
        select p.key, c.key from integration.postings p join integration.postings c on c.key = p.document->>'corrects' and c.status not in ('posted', 'set_aside')
        where p.key = any($1) and p.status = 'requested'
        """;

    public async Task<IReadOnlyList<WantedDocument>> Read(string[] keys, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select p.document::text, c.key, c.status, c.system
            from integration.postings p left join integration.postings c on c.key = p.document->>'corrects' where p.key = any($1)
            """);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var wanted = new List<WantedDocument>();
        while (await reader.ReadAsync(ct))
        {
            var before = await reader.IsDBNullAsync(1, ct) ? null : new DocumentBefore(reader.GetString(1), SnakeCaseEnums.Parse<PostingStatus>(reader.GetString(2)), reader.GetString(3));
            wanted.Add(new(JsonSerializer.Deserialize<ErpDocument>(reader.GetString(0), JsonSerializerOptions.Web)!, before));
        }

        return wanted;
    }

    /// <summary>What waits for documents, by the key that it waits for.</summary>
    public static async Task<ILookup<string, string>> Dependents(UnitOfWork work, string[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select document->>'corrects', key from integration.postings where status = 'requested' and document->>'corrects' = any($1)", await work.Connection(ct))
        {
            Parameters = { new() { Value = keys } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new List<(string For, string Key)>();
        while (await reader.ReadAsync(ct))
        {
            waiting.Add((reader.GetString(0), reader.GetString(1)));
        }

        return waiting.ToLookup(w => w.For, w => w.Key);
    }

    /// <summary>What is known of documents beyond their rows: tries of the rounds under way, what went wrong last, what they wait for.</summary>
    public static async Task<List<PostingView>> Views(UnitOfWork work, IReadOnlyCollection<Posting> postings, CancellationToken ct)
    {
        var keys = postings.Select(p => p.Key).ToArray();
        var tries = new Dictionary<string, (int Tries, string? Trouble)>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(
            "select key, sum(attempts)::int, max(error) from platform.deliveries where subscriber = $1 and key = any($2) and state in (0, 2) group by key", await work.Connection(ct))
        {
            Parameters = { new() { Value = ErpConnector.Name }, new() { Value = keys } },
        })
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                tries.Add(reader.GetString(0), (reader.GetInt32(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2)));
            }
        }

        var waits = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(WaitsSql, await work.Connection(ct)) { Parameters = { new() { Value = keys } } })
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                waits[reader.GetString(0)] = reader.GetString(1);
            }
        }

        return [.. postings.Select(p => tries.GetValueOrDefault(p.Key) is var (count, trouble) ? p.ToView(count, waits.GetValueOrDefault(p.Key), trouble) : p.ToView())];
    }
}
