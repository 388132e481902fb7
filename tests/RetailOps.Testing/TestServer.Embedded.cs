namespace RetailOps.Testing;

// The one place to wire the embedded server to: a test process that ./test did not start makes itself one here.
public static partial class TestServer
{
    private static partial Task<string> StartEmbedded() =>
        throw new InvalidOperationException($"The tests have no PostgreSQL: run ./test, or set {Variable} to an administrator's connection string of a server for tests.");
}
