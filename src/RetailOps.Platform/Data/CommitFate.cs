using System.Net.Sockets;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>The COMMIT did not happen: nothing of the transaction is there, and it may be run again.</summary>
public sealed class CommitNotDoneException(Exception inner) : RedoException("The commit did not happen.", inner);

/// <summary>The database could not be asked in time whether the COMMIT happened. A retry with the same key finds out.</summary>
public sealed class CommitUnknownException(Exception inner) : Exception("The database cannot be reached to find out whether the last commit happened.", inner);

/// <summary>
/// Finds out what became of a COMMIT whose answer was lost. PostgreSQL remembers the fate of each transaction id
/// (<c>pg_xact_status</c>), so nothing has to be written for it. But a crash may forget that an id was ever given, and give it again:
/// "committed" then speaks of somebody else. So an event of the transaction must bear witness. A transaction without events is a burst or a
/// delivery, whose next try finds for itself what is done, or changes nothing by being done twice.
/// </summary>
internal static class CommitFate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>class 57: the server ends our session; before the answer to COMMIT that says nothing about the commit.</summary>
    public static bool IsShutdown(PostgresException e) => e.SqlState is "57P01" or "57P02" or "57P03";

    /// <param name="source">Where to ask.</param>
    /// <param name="transactionId">The transaction.</param>
    /// <param name="backend">The server's process that ran it.</param>
    /// <param name="witness">An event that is there if it is committed; null when it has none.</param>
    /// <param name="lost">What was heard instead of an answer.</param>
    public static async Task Settle(NpgsqlDataSource source, ulong transactionId, int backend, Guid? witness, Exception lost)
    {
        var started = TimeProvider.System.GetTimestamp();
        source.Clear();
        Exception last = lost;
        for (var tries = 0; TimeProvider.System.GetElapsedTime(started) < Patience; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(500, 20 << Math.Min(tries, 5))));
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var ask = new NpgsqlCommand("select pg_xact_status($1::text::xid8)", connection)
                {
                    Parameters = { new() { Value = transactionId.ToString(System.Globalization.CultureInfo.InvariantCulture) } },
                };
                switch (await ask.ExecuteScalarAsync() as string)
                {
                    case "committed":
                        if (witness is not { } id || await IsThere(connection, id))
                        {
                            return;
                        }

                        throw new CommitNotDoneException(lost);
                    case "aborted":
                        throw new CommitNotDoneException(lost);
                    case "in progress" when tries >= 4:
                        // The COMMIT never arrived and the server still waits for us: that session will not hear from us again.
                        await using (var end = new NpgsqlCommand(
                            "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_xid = $2::text::xid8::xid", connection))
                        {
                            end.Parameters.Add(new() { Value = backend });
                            end.Parameters.Add(new() { Value = transactionId.ToString(System.Globalization.CultureInfo.InvariantCulture) });
                            await end.ExecuteNonQueryAsync();
                        }

                        break;
                    default:
                        break;
                }
            }
            catch (PostgresException never) when (never.SqlState == PostgresErrorCodes.InvalidParameterValue)
            {
                // An id of the future: a crash forgot it, and all that was done under it.
                throw new CommitNotDoneException(lost);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or SocketException)
            {
                last = e;
            }
        }

        throw new CommitUnknownException(last);
    }

    private static async Task<bool> IsThere(NpgsqlConnection connection, Guid witness)
    {
        await using var ask = new NpgsqlCommand("select exists (select from platform.events where id = $1)", connection) { Parameters = { new() { Value = witness } } };
        return (bool)(await ask.ExecuteScalarAsync())!;
    }
}
