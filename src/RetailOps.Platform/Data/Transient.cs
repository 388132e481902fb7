using Microsoft.EntityFrameworkCore;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Tells lost races from everything else. What the database cannot do at the moment is <see cref="DatabaseTrouble"/>.</summary>
public static class Transient
{
    /// <summary>Somebody was faster (uniqueness, deadlock, serialisation): run again from fresh reads.</summary>
    public static bool IsRace(Exception e) => e is RedoException || Sql(e) is "23505" or "40P01" or "40001" or "55P03";

    private static string? Sql(Exception e) => e switch
    {
        PostgresException direct => direct.SqlState,
        DbUpdateException { InnerException: PostgresException inner } => inner.SqlState,
        InvalidOperationException { InnerException: { } inner } => Sql(inner),
        _ => null,
    };
}
