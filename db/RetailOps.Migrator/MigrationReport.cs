namespace RetailOps.Migrator;

/// <summary>What one run did.</summary>
/// <param name="Applied">Files applied by this run, in their order, like <c>orders/0002_people.sql</c>; empty when there was nothing to do.</param>
/// <param name="AlreadyApplied">How many of this build's files an earlier run had applied.</param>
/// <param name="Newer">How many files a newer build has applied that this one does not know.</param>
/// <param name="Elapsed">The whole run, waiting for another host's run included.</param>
/// <param name="OwnerConnectionString">With password: for migrations, and for statistics after a seed.</param>
/// <param name="AppConnectionString">With password: what the application connects with.</param>
public sealed record MigrationReport(
    IReadOnlyList<string> Applied,
    int AlreadyApplied,
    int Newer,
    TimeSpan Elapsed,
    string OwnerConnectionString,
    string AppConnectionString)
{
    /// <summary>Without the passwords, for logs.</summary>
    public override string ToString() =>
        $"{Applied.Count} applied, {AlreadyApplied} before, {Newer} of a newer build, {Elapsed.TotalSeconds:0.0} s";
}
