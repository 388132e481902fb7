using Npgsql;

namespace RetailOps.Platform;

/// <summary>Who had a hand in what rules: for modules in which nobody decides by limits of his own making.</summary>
public static class DocumentHands
{
    /// <summary>The people who proposed or approved the versions of a document that ruled at any time since one of them went live, that one included.</summary>
    /// <param name="work">The caller's unit of work.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="name">Which one.</param>
    /// <param name="version">The first of the versions.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IReadOnlyList<string>> Since(UnitOfWork work, string kind, string name, int version, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct h.who
            from platform.documents d cross join lateral (values (d.author), (d.decided_by)) h (who)
            where d.kind = $1 and d.name = $2 and d.version >= $3 and d.status in ('live', 'retired') and h.who like 'person:%'
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = kind }, new() { Value = name }, new() { Value = version } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var people = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            people.Add(reader.GetString(0));
        }

        return people;
    }

    /// <summary>The last version that ruled and in which somebody had a hand; 0 for none.</summary>
    /// <param name="work">The caller's unit of work.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="name">Which one.</param>
    /// <param name="actor">Who, as facts have it.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<int> LastOf(UnitOfWork work, string kind, string name, string actor, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(max(d.version), 0) from platform.documents d where d.kind = $1 and d.name = $2 and d.status in ('live', 'retired') and $3 in (d.author, d.decided_by)",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = kind }, new() { Value = name }, new() { Value = actor } },
        };
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    internal static IReadOnlyList<string> People(IEnumerable<string> actors) => [.. actors.Where(a => a.StartsWith("person:", StringComparison.Ordinal)).Distinct()];
}
