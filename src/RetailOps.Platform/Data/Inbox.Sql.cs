using Npgsql;

namespace RetailOps.Platform;

/// <summary>Remembers what was received from whom, so that nothing has its effect twice.</summary>
public sealed class Inbox(UnitOfWork work)
{
    /// <summary>Takes a message, once for ever, in the transaction of its effects.</summary>
    /// <param name="source">Who sent it: a subscriber's name, a connector, a channel.</param>
    /// <param name="messageId">The sender's id of the message.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>True for the first time; false when it was taken before. A second transaction that takes the same message waits for the first.</returns>
    public async Task<bool> Take(string source, string messageId, CancellationToken ct) => (await Take([(source, messageId)], ct)).Count == 1;

    /// <summary>Takes messages, each once for ever, in the transaction of their effects.</summary>
    /// <param name="messages">Who sent each, and the sender's id of it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Those that were not taken before. A second transaction that takes one of them waits for the first.</returns>
    public async Task<IReadOnlySet<(string Source, string MessageId)>> Take(IEnumerable<(string Source, string MessageId)> messages, CancellationToken ct)
    {
        // In one order for all, so that two who take the same ones never wait for each other.
        var ordered = messages.OrderBy(m => m.Source, StringComparer.Ordinal).ThenBy(m => m.MessageId, StringComparer.Ordinal).ToList();
        var connection = await work.Connection(ct);
        await using var insert = new NpgsqlCommand(
            "insert into platform.inbox (source, message_id) select * from unnest($1, $2) on conflict do nothing returning source, message_id", connection)
        {
            Parameters = { new() { Value = ordered.ConvertAll(m => m.Source).ToArray() }, new() { Value = ordered.ConvertAll(m => m.MessageId).ToArray() } },
        };
        await using var reader = await insert.ExecuteReaderAsync(ct);
        var taken = new HashSet<(string, string)>();
        while (await reader.ReadAsync(ct))
        {
            taken.Add((reader.GetString(0), reader.GetString(1)));
        }

        return taken;
    }
}
