using System.Text.Json;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>
/// Movements that somebody asks for under a name of its own, answered once. Two who ask at once meet at the key: the second is run
/// again and finds the first one's answer.
/// </summary>
internal sealed class Batches : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly Dictionary<string, string?> answers = new(StringComparer.Ordinal);

    public Batches(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    public void Forget() => answers.Clear();

    /// <summary>The first answer; null when nobody asked before.</summary>
    public async ValueTask<T?> Earlier<T>(string key, CancellationToken ct)
        where T : class
    {
        if (!answers.TryGetValue(key, out var answer))
        {
            await using var batch = new NpgsqlBatch(await work.Connection(ct)) { BatchCommands = { Ask(key) } };
            answer = await batch.ExecuteScalarAsync(ct) as string;
        }

        return answer is null ? null : JsonSerializer.Deserialize<T>(answer, JsonSerializerOptions.Web);
    }

    /// <summary>Asks for the first answer in company; <see cref="Heard"/> takes it.</summary>
    public static NpgsqlBatchCommand Ask(string key) => new("select answer::text from inventory.batches where key = $1") { Parameters = { new() { Value = key } } };

    /// <summary>Remembers what was said to <see cref="Ask"/>.</summary>
    public async Task Heard(string key, NpgsqlDataReader reader, CancellationToken ct) => answers[key] = await reader.ReadAsync(ct) ? reader.GetString(0) : null;

    /// <summary>Keeps the answer.</summary>
    public T Answer<T>(string key, T answer)
        where T : class
    {
        var text = JsonSerializer.Serialize(answer, JsonSerializerOptions.Web);
        answers[key] = text;
        work.Write(new BatchRow(key, text, work.Now));
        return answer;
    }
}
