using System.Net.Sockets;

using Microsoft.EntityFrameworkCore;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Tells apart what is worth another try.</summary>
public static class Transient
{
    /// <summary>Somebody was faster (uniqueness, deadlock, serialisation): run again from fresh reads.</summary>
    public static bool IsRace(Exception e) => e is RedoException || Sql(e) is "23505" or "40P01" or "40001" or "55P03";

    /// <summary>The database went away, or has no room for us at the moment: nothing is wrong with the work.</summary>
    public static bool IsConnection(Exception e) => e switch
    {
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" or "53100" or "25006" } => true,
        PostgresException { SqlState: ['0', '8', ..] } => true,
        PostgresException => false,
        NpgsqlException or SocketException => true,
        DbUpdateException { InnerException: { } inner } => IsConnection(inner),
        InvalidOperationException { InnerException: { } inner } => IsConnection(inner),
        ObjectDisposedException => false,
        _ => false,
    };

    /// <summary>
    /// The same, for work that holds its connection already: a socket's error is then somebody else's. Whoever takes a fault of the work for
    /// one of the connection runs it again for ever, and all that was claimed with it.
    /// </summary>
    public static bool IsBroken(Exception e) => e is not SocketException && IsConnection(e);

    private static string? Sql(Exception e) => e switch
    {
        PostgresException direct => direct.SqlState,
        DbUpdateException { InnerException: PostgresException inner } => inner.SqlState,
        InvalidOperationException { InnerException: { } inner } => Sql(inner),
        _ => null,
    };
}
