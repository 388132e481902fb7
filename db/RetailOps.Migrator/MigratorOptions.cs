using System.Diagnostics.CodeAnalysis;

using Npgsql;

namespace RetailOps.Migrator;

/// <summary>Which database, with whose rights, and which files. Made by one of the three <c>For…</c> methods: who is there decides who makes whom.</summary>
public sealed record MigratorOptions
{
    private MigratorOptions()
    {
    }

    /// <summary>The files to apply.</summary>
    public MigrationScripts Scripts { get; init; } = MigrationScripts.Embedded;

    /// <summary>The login that owns all objects; <c>(database)_owner</c> unless said otherwise. Only read with an administrator's connection.</summary>
    public string? OwnerName { get; init; }

    /// <summary>Printable ASCII. Null: a new one is generated and set by every run, so give it (and keep it) where more than one host starts.</summary>
    public string? OwnerPassword { get; init; }

    /// <summary>The login of the application; <c>(database)_app</c> unless said otherwise. Not read when the application's own connection string was given.</summary>
    public string? AppName { get; init; }

    /// <summary>Printable ASCII. Null: derived from the owner's, so that hosts which start at once agree without a place to keep it.</summary>
    public string? AppPassword { get; init; }

    /// <summary>How long to wait for another host's run.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    internal string? AdminConnectionString { get; private init; }

    internal string? OwnerConnectionString { get; private init; }

    internal string? AppConnectionString { get; private init; }

    internal string? AdminsDatabase { get; private init; }

    /// <summary>An administrator (of an embedded or a test server) makes the database and both logins.</summary>
    /// <param name="adminConnectionString">A superuser, or a role with CREATEDB and CREATEROLE.</param>
    /// <param name="database">The database to make or bring up to date.</param>
    public static MigratorOptions ForAdmin(string adminConnectionString, string database) =>
        new() { AdminConnectionString = adminConnectionString, AdminsDatabase = database };

    /// <summary>The owner makes the application's login, and the database when it is missing and the owner may.</summary>
    /// <param name="ownerConnectionString">With the database's name; the password too unless <see cref="AppPassword"/> is given.</param>
    public static MigratorOptions ForOwner(string ownerConnectionString) => new() { OwnerConnectionString = ownerConnectionString };

    /// <summary>Both logins exist; the migrator only checks that the application's is not more than it should be.</summary>
    public static MigratorOptions ForOwnerAndApp(string ownerConnectionString, string appConnectionString) =>
        new() { OwnerConnectionString = ownerConnectionString, AppConnectionString = appConnectionString };

    /// <summary>What the two settings mean together: one alone is the owner's, two are the application's and the owner's.</summary>
    /// <param name="retailOpsDb">The value of <c>RETAILOPS_DB</c>; null or empty when it is not set.</param>
    /// <param name="retailOpsDbOwner">The value of <c>RETAILOPS_DB_OWNER</c>; null or empty when it is not set.</param>
    /// <returns>Null when neither is set: the embedded server's turn.</returns>
    /// <exception cref="MigrationException">Only <c>RETAILOPS_DB_OWNER</c> is set.</exception>
    public static MigratorOptions? FromSettings(string? retailOpsDb, string? retailOpsDbOwner) =>
        (IsSet(retailOpsDb), IsSet(retailOpsDbOwner)) switch
        {
            (false, false) => null,
            (true, false) => ForOwner(retailOpsDb!),
            (true, true) => ForOwnerAndApp(retailOpsDbOwner!, retailOpsDb!),
            (false, true) => throw new MigrationException(
                "RETAILOPS_DB_OWNER is set and RETAILOPS_DB is not: set RETAILOPS_DB to the application's connection string, or set only RETAILOPS_DB, to the owner's."),
        };

    /// <summary>Without the passwords, for logs.</summary>
    public override string ToString() =>
        AdminConnectionString is not null ? $"{AdminsDatabase} for an administrator" : AppConnectionString is null ? "for the owner" : "for owner and application";

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the parser throws, the advice is the same.")]
    internal static NpgsqlConnectionStringBuilder Parse(string connectionString, string whose)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception)
        {
            // The text may hold a password, so it is not repeated.
            throw new MigrationException($"The {whose} connection string cannot be read: it has the form Host=…;Port=5432;Database=…;Username=…;Password=….");
        }

        return string.IsNullOrEmpty(parsed.Username)
            ? throw new MigrationException($"The {whose} connection string names no user: add Username=….")
            : parsed;
    }

    private static bool IsSet(string? value) => !string.IsNullOrWhiteSpace(value);
}
