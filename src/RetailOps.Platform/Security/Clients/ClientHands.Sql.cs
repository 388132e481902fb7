using Npgsql;

namespace RetailOps.Platform;

/// <summary>Who has had a client's secret in his hands: for modules in which nobody decides about what his own client asked.</summary>
public static class ClientHands
{
    /// <summary>The people to whom a secret of one of these clients was shown, when it was made or exchanged; clients that are gone included.</summary>
    /// <param name="work">The caller's unit of work.</param>
    /// <param name="actors">As facts have them; those that are no clients are passed over, and without any nothing is asked.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IReadOnlyList<string>> Of(UnitOfWork work, IEnumerable<string> actors, CancellationToken ct)
    {
        const string client = "client:";
        var names = actors.Where(a => a.StartsWith(client, StringComparison.Ordinal)).Select(a => a[client.Length..]).Distinct().ToArray();
        if (names.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            """
            select distinct e.actor
            from platform.clients c join platform.events e on e.key = 'client/' || c.id
            where c.name = any ($1) and e.type in ('platform.client-created.v1', 'platform.client-secret-rotated.v1') and e.actor like 'person:%'
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = names } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var people = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            people.Add(reader.GetString(0));
        }

        return people;
    }
}
