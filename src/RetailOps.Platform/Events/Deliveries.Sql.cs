namespace RetailOps.Platform;

/// <summary>Looks at what the relay has to do.</summary>
public sealed class Deliveries(Database database)
{
    /// <summary>How many deliveries will still be tried: not those that wait behind a dead letter.</summary>
    public async Task<long> Due(CancellationToken ct = default)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select count(*) from platform.deliveries d where d.state = 0
              and not exists (select from platform.deliveries e where e.subscriber = d.subscriber and e.key = d.key and e.id < d.id and e.state = 2)
            """);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
