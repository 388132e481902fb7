using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// The time of a database that a replay plays in: business time stands still until the replay moves it, for every host there. How long things take
/// is measured by the machine as ever.
/// </summary>
internal sealed class ReplayClock : TimeProvider, IAsyncDisposable
{
    // Another process moves it; the one that plays knows at once.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource source;
    private readonly CancellationTokenSource end = new();
    private readonly Task watching;
    private long now;

    private ReplayClock(NpgsqlDataSource source, DateTimeOffset now)
    {
        this.source = source;
        this.now = now.UtcTicks;
        watching = Watch();
    }

    /// <summary>The clock of a database.</summary>
    /// <param name="connection">The app login's; the database is migrated.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null where no replay plays.</returns>
    public static async Task<ReplayClock?> Of(string connection, CancellationToken ct)
    {
        var source = Source(connection);
        if (await Read(source, ct) is { } now)
        {
            return new(source, now);
        }

        await source.DisposeAsync();
        return null;
    }

    /// <summary>The clock of a database, which gets one when it has none.</summary>
    /// <param name="connection">The app login's; the database is migrated.</param>
    /// <param name="start">What it shows at first; of no meaning when there is one.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<ReplayClock> Ensure(string connection, DateTimeOffset start, CancellationToken ct)
    {
        var source = Source(connection);
        await using var command = source.CreateCommand("insert into replay.clock (now) values ($1) on conflict do nothing");
        command.Parameters.Add(new() { Value = start.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
        return new(source, (await Read(source, ct))!.Value);
    }

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref now), TimeSpan.Zero);

    /// <summary>Moves it, never back.</summary>
    public async Task Move(DateTimeOffset to, CancellationToken ct)
    {
        await using var command = source.CreateCommand("update replay.clock set now = greatest(now, $1)");
        command.Parameters.Add(new() { Value = to.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
        Show(to);
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await watching;
        end.Dispose();
        await source.DisposeAsync();
    }

    private void Show(DateTimeOffset to)
    {
        long seen;
        while ((seen = Volatile.Read(ref now)) < to.UtcTicks && Interlocked.CompareExchange(ref now, to.UtcTicks, seen) != seen)
        {
        }
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
            {
                try
                {
                    if (await Read(source, end.Token) is { } to)
                    {
                        Show(to);
                    }
                }
                catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
                {
                    // It stands still as long as the database is away.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static NpgsqlDataSource Source(string connection) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { ApplicationName = "retailops replay", MaxPoolSize = 2 }.ConnectionString);

    private static async Task<DateTimeOffset?> Read(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select now from replay.clock");
        return await command.ExecuteScalarAsync(ct) is DateTime now ? new DateTimeOffset(now, TimeSpan.Zero) : null;
    }
}
