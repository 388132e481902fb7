using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>How far a replay has come, as a row of its database; and the turn of the one process that plays there.</summary>
internal sealed class ReplayPlace : IAsyncDisposable
{
    // "replay" in ASCII.
    private const long Turn = 0x72_65_70_6C_61_79;

    private readonly NpgsqlConnection connection;

    private ReplayPlace(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Everything before it is played; null when nothing is.</summary>
    public DateTimeOffset? PlayedTo { get; private set; }

    /// <summary>How long all runs together have taken.</summary>
    public TimeSpan Spent { get; private set; }

    /// <summary>Takes the turn and reads the place.</summary>
    /// <param name="appConnection">The app login's; the database is migrated.</param>
    /// <param name="source">Names files and options.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="SetupException">Another process plays there, or something else was played there.</exception>
    public static async Task<ReplayPlace> Take(string appConnection, string source, CancellationToken ct)
    {
        var place = new ReplayPlace(new(new NpgsqlConnectionStringBuilder(appConnection) { ApplicationName = "retailops replay", Pooling = false, KeepAlive = 10 }.ConnectionString));
        try
        {
            await place.Open(source, ct);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>Remembers that everything before a time is played.</summary>
    public async Task Keep(DateTimeOffset playedTo, TimeSpan spent, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("update replay.place set played_to = $1, seconds = $2", connection);
        command.Parameters.Add(new() { Value = playedTo.ToUniversalTime() });
        command.Parameters.Add(new() { Value = spent.TotalSeconds });
        await command.ExecuteNonQueryAsync(ct);
        (PlayedTo, Spent) = (playedTo, spent);
    }

    /// <summary>Writes the first place, when all is set up.</summary>
    public async Task Begin(string source, DateTimeOffset from, TimeSpan spent, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("insert into replay.place (source, played_to, seconds) values ($1, $2, $3)", connection);
        command.Parameters.Add(new() { Value = source });
        command.Parameters.Add(new() { Value = from.ToUniversalTime() });
        command.Parameters.Add(new() { Value = spent.TotalSeconds });
        await command.ExecuteNonQueryAsync(ct);
        (PlayedTo, Spent) = (from, spent);
    }

    /// <summary>Leaves the turn to the next. The server gives it back by itself when the session ends, but not before it has noticed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.State is System.Data.ConnectionState.Open)
            {
                await using var leave = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
                await leave.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
        {
            // The server is away, and the turn with it.
        }

        await connection.DisposeAsync();
    }

    private async Task Open(string source, CancellationToken ct)
    {
        await connection.OpenAsync(ct);
        await using (var turn = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection))
        {
            turn.Parameters.Add(new() { Value = Turn });
            if (await turn.ExecuteScalarAsync(ct) is not true)
            {
                throw new SetupException($"Another process plays in {connection.Database} already; wait for it, or end it first.");
            }
        }

        await using var command = new NpgsqlCommand("select source, played_to, seconds from replay.place", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (await reader.ReadAsync(ct))
        {
            if (reader.GetString(0) != source)
            {
                throw new SetupException($"Something else was played in {connection.Database}: drop the database, or point RETAILOPS_DB elsewhere.");
            }

            (PlayedTo, Spent) = (new DateTimeOffset(reader.GetDateTime(1), TimeSpan.Zero), TimeSpan.FromSeconds(reader.GetDouble(2)));
        }
    }
}
