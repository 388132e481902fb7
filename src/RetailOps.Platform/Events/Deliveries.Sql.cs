namespace RetailOps.Platform;

/// <summary>Looks at what the relay has to do.</summary>
public sealed class Deliveries(Database database)
{
    /// <summary>Whether none will be tried any more: a dead letter, those that wait behind it, and what waits for something else do not count.</summary>
    public async Task<bool> AreDone(CancellationToken ct = default)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select not exists (
              select from platform.deliveries d where d.state = 0 and not d.put_off
                and not exists (select from platform.deliveries e where e.subscriber = d.subscriber and e.key = d.key and e.id + 0 < d.id and e.state = 2 offset 0))
            """);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
