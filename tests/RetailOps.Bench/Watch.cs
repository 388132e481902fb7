using System.Collections.Concurrent;

using Npgsql;

namespace RetailOps.Bench;

/// <summary>
/// Waits for states of many subjects at once, with one small batch every few milliseconds on one connection: one poll by HTTP for each order
/// would be the larger part of the load.
/// </summary>
internal sealed class Watch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string[] questions;
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Guid[]>>[] waiting;
    private readonly NpgsqlConnection connection;
    private readonly CancellationTokenSource end = new();
    private readonly Task looking;
    private long looks;

    private Watch(NpgsqlConnection connection, string[] questions)
    {
        (this.connection, this.questions) = (connection, questions);
        waiting = [.. questions.Select(_ => new ConcurrentDictionary<Guid, TaskCompletionSource<Guid[]>>())];
        looking = Look();
    }

    /// <summary>Commits and round trips that are this watch's own.</summary>
    public long Looks => Interlocked.Read(ref looks);

    /// <param name="connectionString">Of one who may read the tables.</param>
    /// <param name="questions">Each takes subjects as <c>$1</c>, a <c>uuid[]</c>, and returns subject and finding of those that are there, all findings of a subject at once.</param>
    public static async Task<Watch> Open(string connectionString, params string[] questions)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 1,
            Options = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off",
        }.ConnectionString);
        await connection.OpenAsync();
        return new(connection, questions);
    }

    /// <summary>Waits until a question finds something of a subject.</summary>
    /// <exception cref="TimeoutException">It did not come in a minute.</exception>
    public async Task<Guid[]> For(int question, Guid subject)
    {
        var found = new TaskCompletionSource<Guid[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[question][subject] = found;
        if (looking.IsFaulted)
        {
            await looking;
        }

        try
        {
            return await found.Task.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{subject} did not come to: {questions[question]}", looking.Exception ?? (Exception)e);
        }
    }

    /// <summary>A second call changes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync();
    }

    private async Task Look()
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(end.Token))
        {
            var asked = Enumerable.Range(0, questions.Length).Select(q => (Question: q, Subjects: waiting[q].Keys.ToArray())).Where(a => a.Subjects.Length > 0).ToArray();
            if (asked.Length == 0)
            {
                continue;
            }

            await using var batch = new NpgsqlBatch(connection);
            foreach (var (question, subjects) in asked)
            {
                batch.BatchCommands.Add(new(questions[question]) { Parameters = { new() { Value = subjects } } });
            }

            Interlocked.Increment(ref looks);
            await using var reader = await batch.ExecuteReaderAsync(end.Token);
            foreach (var (question, _) in asked)
            {
                await Tell(reader, waiting[question]);
                await reader.NextResultAsync(end.Token);
            }
        }
    }

    private static async Task Tell(NpgsqlDataReader reader, ConcurrentDictionary<Guid, TaskCompletionSource<Guid[]>> waiting)
    {
        var found = new List<(Guid Subject, Guid Finding)>();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        foreach (var findings in found.GroupBy(f => f.Subject))
        {
            if (waiting.TryRemove(findings.Key, out var waiter))
            {
                waiter.TrySetResult([.. findings.Select(f => f.Finding)]);
            }
        }
    }
}
