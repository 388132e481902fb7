using System.Net.Sockets;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Tells "the database cannot serve us at the moment" from "we asked it something wrong".</summary>
public static class DatabaseTrouble
{
    /// <summary>
    /// Whether the exception, or one inside it, means: try again later. Connections refused, broken or exhausted, the server
    /// shutting down, out of room or read-only while another takes over, a commit whose fate is not known. A time-out or a broken
    /// stream that is not the database's is none of this.
    /// </summary>
    public static bool IsUnavailable(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case CommitUnknownException:
                    return true;
                case PostgresException server:
                    return server.SqlState is "57P01" or "57P02" or "57P03" or "57P05" or "25006" || server.SqlState.StartsWith("53", StringComparison.Ordinal)
                        || server.SqlState.StartsWith("08", StringComparison.Ordinal) || server.SqlState.StartsWith("58", StringComparison.Ordinal);
                case InvalidOperationException { Source: "Npgsql", Message: "Connection is not open" }:
                    // It was, and the server has gone since.
                    return true;
                case NpgsqlException { InnerException: SocketException or IOException or TimeoutException } or NpgsqlException { IsTransient: true }:
                    return true;
                default:
                    break;
            }
        }

        return false;
    }

    /// <summary>Whether the database was given a text that it cannot keep: with U+0000, or with half of a surrogate pair.</summary>
    public static bool IsUnkeepableText(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is PostgresException { SqlState: "22021" or "22P05" } or System.Text.EncoderFallbackException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the driver has lost step with the server: it takes an answer for that of another statement. A statement that failed at the moment at which the driver
    /// prepared it by itself is known to do that to the next one (npgsql issue 6391). The connection is gone then, and with it the transaction: nothing was done.
    /// </summary>
    public static bool IsOutOfStep(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e.Message.StartsWith("Received unexpected backend message", StringComparison.Ordinal) || (e.Message.StartsWith("Received backend message", StringComparison.Ordinal) && e.Message.Contains("while expecting", StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
