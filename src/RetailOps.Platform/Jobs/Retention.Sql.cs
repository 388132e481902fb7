using Microsoft.Extensions.Logging;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Deletes what has done its work, by the owner's functions: the app itself may not delete these rows.</summary>
internal sealed partial class Retention(Database database, IEnumerable<RetentionFunction> functions, ILogger<Retention> log) : IRecurringJob
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public string Name => "retention";

    public string Cron => "17 * * * *";

    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var function in functions)
        {
            while (await Call(function, ct) > 0)
            {
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<long> Call(RetentionFunction function, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(function.Sql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = Kept });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = 0L;
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetInt64(1) is > 0 and var deleted)
            {
                LogRetired(log, deleted, reader.GetString(0));
                all += deleted;
            }
        }

        return all;
    }

    [LoggerMessage(6411, LogLevel.Information, "Retention deleted {Count} rows of {What}")]
    private static partial void LogRetired(ILogger log, long count, string what);
}
