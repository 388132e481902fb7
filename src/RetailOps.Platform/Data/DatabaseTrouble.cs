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
                case NpgsqlException { InnerException: SocketException or IOException or TimeoutException } or NpgsqlException { IsTransient: true }:
                    return true;
                default:
                    break;
            }
        }

        return false;
    }
}
