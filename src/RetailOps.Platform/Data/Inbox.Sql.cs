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
    public async Task<bool> Take(string source, string messageId, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        await using var insert = new NpgsqlCommand("insert into platform.inbox (source, message_id) values ($1, $2) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = source }, new() { Value = messageId } },
        };
        return await insert.ExecuteNonQueryAsync(ct) == 1;
    }
}
