using System.Globalization;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// The time of a database that a replay plays in: business time stands still until the replay moves it, for every host there. How long things take
/// is measured by the machine as ever. A move has happened when every host shows the new time: what one of them wrote at an earlier one would lie
/// before its own cause, and the replay, which asks for what came since, would never see it.
/// </summary>
internal sealed class ReplayClock : TimeProvider, IAsyncDisposable
{
    private const string Channel = "replay_clock";

    // The name of a follower's session is the time that it shows, so that the one who moves it sees who is behind, and a host that dies is no follower.
    private const string Follower = "replay clock ";

    // Should a word be lost on its way.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource source;
    private readonly CancellationTokenSource end = new();
    private readonly Task following;
    private long now;

    private ReplayClock(NpgsqlDataSource source, DateTimeOffset now, NpgsqlConnection? session)
    {
        this.source = source;
        this.now = now.UtcTicks;
        following = session is null ? Task.CompletedTask : Follow(session);
    }

    /// <summary>The clock of a database, for a host that works there beside the replay.</summary>
    /// <param name="connection">The app login's; the database is migrated.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null where no replay plays.</returns>
    public static async Task<ReplayClock?> Of(string connection, CancellationToken ct)
    {
        var source = Source(connection);
        var session = await Join(source, ct);
        if (await Read(session, ct) is { } now)
        {
            return new(source, now, session);
        }

        await session.DisposeAsync();
        await source.DisposeAsync();
        return null;
    }

    /// <summary>The clock of a database, which gets one when it has none, for the one who moves it.</summary>
    /// <param name="connection">The app login's; the database is migrated.</param>
    /// <param name="start">What it shows at first; of no meaning when there is one.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<ReplayClock> Ensure(string connection, DateTimeOffset start, CancellationToken ct)
    {
        var source = Source(connection);
        await using var mine = await source.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("insert into replay.clock (now) values ($1) on conflict do nothing", mine);
        command.Parameters.Add(new() { Value = start.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
        return new(source, (await Read(mine, ct))!.Value, null);
    }

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref now), TimeSpan.Zero);

    /// <summary>Moves it, never back, and waits until every host on the database shows it.</summary>
    /// <exception cref="SetupException">One of them does not.</exception>
    public async Task Move(DateTimeOffset to, CancellationToken ct)
    {
        await using var mine = await source.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("update replay.clock set now = greatest(now, $1)", mine);
        command.Parameters.Add(new() { Value = to.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
        Show(to);
        await using var word = new NpgsqlCommand("notify " + Channel, mine);
        await word.ExecuteNonQueryAsync(ct);
        var (started, pause) = (TimeProvider.System.GetTimestamp(), 1.0);
        while (await IsSomebodyBehind(mine, ct))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new SetupException($"Another host on {mine.Database} does not follow the replay's clock: end it. The same command goes on from there.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(pause), ct);
            pause = Math.Min(20, pause * 1.5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await following;
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

    private async Task Follow(NpgsqlConnection? session)
    {
        try
        {
            while (true)
            {
                try
                {
                    session ??= await Join(source, end.Token);
                    if (await Read(session, end.Token) is { } to)
                    {
                        Show(to);
                    }

                    await Tell(session, GetUtcNow(), end.Token);
                    await session.WaitAsync(Look, end.Token);
                }
                catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
                {
                    // It stands still as long as the database is away.
                    await (session?.DisposeAsync() ?? ValueTask.CompletedTask);
                    session = null;
                    await Task.Delay(Look, end.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            await (session?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static async Task<NpgsqlConnection> Join(NpgsqlDataSource source, CancellationToken ct)
    {
        var session = await source.OpenConnectionAsync(ct);
        await Tell(session, DateTimeOffset.MinValue, ct);
        await using var listen = new NpgsqlCommand("listen " + Channel, session);
        await listen.ExecuteNonQueryAsync(ct);
        return session;
    }

    private static async Task Tell(NpgsqlConnection session, DateTimeOffset shown, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select set_config('application_name', $1, false)", session) { Parameters = { new() { Value = NameAt(shown) } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<bool> IsSomebodyBehind(NpgsqlConnection mine, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select exists (
              select from pg_stat_activity where datname = current_database() and starts_with(application_name, $1) and application_name collate "C" < $2)
            """, mine)
        { Parameters = { new() { Value = Follower }, new() { Value = NameAt(GetUtcNow()) } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string NameAt(DateTimeOffset shown) => Follower + shown.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static NpgsqlDataSource Source(string connection) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connection) { ApplicationName = "retailops replay", MaxPoolSize = 2, KeepAlive = 10, ConnectionIdleLifetime = 60 }.ConnectionString);

    private static async Task<DateTimeOffset?> Read(NpgsqlConnection from, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select now from replay.clock", from);
        return await command.ExecuteScalarAsync(ct) is DateTime now ? new DateTimeOffset(now, TimeSpan.Zero) : null;
    }
}
