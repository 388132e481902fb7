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
    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal);

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
            await using var command = new NpgsqlCommand("select answer::text from inventory.batches where key = $1", await work.Connection(ct)) { Parameters = { new() { Value = key } } };
            answer = await command.ExecuteScalarAsync(ct) as string;
        }

        return answer is null ? null : JsonSerializer.Deserialize<T>(answer, JsonSerializerOptions.Web);
    }

    /// <summary>Keeps the answer.</summary>
    public T Answer<T>(string key, T answer)
        where T : class
    {
        answers[key] = JsonSerializer.Serialize(answer, JsonSerializerOptions.Web);
        work.Write(new BatchRow(key, answers[key], work.Now));
        return answer;
    }
}
