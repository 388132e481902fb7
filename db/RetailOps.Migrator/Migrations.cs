using System.Diagnostics;

using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;

using Microsoft.Extensions.Logging;

using Npgsql;

namespace RetailOps.Migrator;

/// <summary>Brings a database up to this build: the database itself, the two logins, the schemas, the files not applied yet.</summary>
public static partial class Migrations
{
    // A script waits this long for a lock of a running host: longer, and everybody queues behind the one that waits.
    // Statistics of an empty table say that it is empty, and statements prepared then read all of it when it is long. Without any, the planner assumes some rows.
    private const string AnalyseSql =
        """
        do $$
        declare it regclass;
        begin
          for it in select c.oid from pg_catalog.pg_class c
                    where c.relkind = 'r' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' and pg_catalog.pg_relation_size(c.oid) > 0
          loop
            execute format('analyze %s', it);
          end loop;
        end $$
        """;

    private const string Session = "set search_path = ''; set lock_timeout = '30s'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0";

    /// <summary>
    /// Safe to call from every host at every start: one runs, the others wait for it, a second call does nothing. Each file is one
    /// transaction; when one fails, those before it stay.
    /// </summary>
    /// <param name="options">Which database, with whose rights, and which files.</param>
    /// <param name="log">Told of each file; never of a password.</param>
    /// <param name="ct">Ends the wait for another host, or the run between two files: the one under way is undone.</param>
    /// <returns>What was done, and the connection strings of both logins.</returns>
    /// <exception cref="MigrationException">An applied file was changed or lost, a file failed, or a login lacks a right; the message says what to do.</exception>
    public static async Task<MigrationReport> MigrateAsync(MigratorOptions options, ILogger log, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var access = Access.Of(options, log);
        await access.PrepareAsync(ct);

        await using var owner = await Sql.OpenAsync(access.Owner, null, ct);
        await Turn.TakeAsync(owner, options.Patience, ct);
        await access.SecureAsync(owner, ct);
        await Schemas.PrepareAsync(owner, access.App.Username!, options.Scripts, ct);
        var before = await Journal.ReadAsync(owner, ct);
        Journal.Guard(before, options.Scripts);

        var applied = await ApplyAsync(access.Owner, options.Scripts, before, log, ct);
        if (applied.Count > 0)
        {
            await owner.ExecuteAsync(AnalyseSql, ct);
        }

        var report = new MigrationReport(
            applied,
            options.Scripts.Count(s => before.ContainsKey(s.Name)),
            before.Keys.Count(name => Journal.IsNewer(name, options.Scripts)),
            watch.Elapsed,
            access.Owner.ConnectionString,
            access.App.ConnectionString);
        LogDone(log, access.Owner.Database!, report.Applied.Count, report.AlreadyApplied, report.Newer, report.Elapsed.TotalSeconds);
        return report;
    }

    private static async Task<IReadOnlyList<string>> ApplyAsync(
        NpgsqlConnectionStringBuilder owner, MigrationScripts scripts, IReadOnlyDictionary<string, string> before, ILogger log, CancellationToken ct)
    {
        if (scripts.All(s => before.ContainsKey(s.Name)))
        {
            return [];
        }

        var source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Pooling = false, CommandTimeout = 0, Multiplexing = false }.ConnectionString);
        source.UsePhysicalConnectionInitializer(Prepare, PrepareAsync);
        await using var sessions = source.Build();
        var engine = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(sessions))
            .WithScripts(scripts.Select((s, order) => new SqlScript(s.Name, s.Sql, new SqlScriptOptions { RunGroupOrder = order })))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .WithExecutionTimeout(TimeSpan.Zero)
            .JournalTo(new Journal(before, scripts, ct))
            .LogToNowhere()
            .Build();
        engine.ScriptExecuted += (_, done) => LogApplied(log, ((ScriptExecutedEventArgs)done).Script.Name);

        // DbUp is synchronous.
        var result = await Task.Run(engine.PerformUpgrade, ct);
        return result switch
        {
            { Successful: true } => [.. result.Scripts.Select(s => s.Name)],
            { Error: OperationCanceledException } => throw new OperationCanceledException(ct),
            { Error: PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } busy } => throw new MigrationException(
                $"db/{result.ErrorScript?.Name} waited 30 s for a lock of a running host and was undone: run it again, or stop the hosts first.", busy),
            _ => throw new MigrationException(
                $"db/{result.ErrorScript?.Name} failed and was undone; files before it stay applied. {Reason(result.Error)}", result.Error),
        };
    }

    private static string Reason(Exception error) => error is PostgresException postgres
        ? string.Join(" ", new[] { postgres.SqlState, postgres.MessageText, postgres.Detail, postgres.Hint, postgres.Where }.Where(part => !string.IsNullOrEmpty(part)))
        : error.Message;

    private static void Prepare(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Session, connection);
        command.ExecuteNonQuery();
    }

    private static async Task PrepareAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Session, connection);
        await command.ExecuteNonQueryAsync();
    }

    [LoggerMessage(6903, LogLevel.Information, "Applied db/{Script}")]
    private static partial void LogApplied(ILogger log, string script);

    [LoggerMessage(6904, LogLevel.Information, "Database {Database} is up to date: {Applied} files applied, {Before} before, {Newer} of a newer build, {Seconds:0.0} s")]
    private static partial void LogDone(ILogger log, string database, int applied, int before, int newer, double seconds);
}
