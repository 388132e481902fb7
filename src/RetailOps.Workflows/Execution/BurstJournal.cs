using System.Collections;

namespace RetailOps.Workflows;

/// <summary>What a burst has to say, kept in numbers; ids and instants are made of them where an entry is read.</summary>
/// <param name="instance">Whose it is; its id.</param>
/// <param name="first">The sequence of the first entry.</param>
/// <param name="at">Business time of the burst, and so of all that it says.</param>
/// <param name="lines">In their order.</param>
internal sealed class BurstJournal(InstanceState instance, long first, DateTimeOffset at, JournalLine[] lines) : IReadOnlyList<JournalEntry>
{
    public int Count => lines.Length;

    public JournalEntry this[int index]
    {
        get
        {
            var line = lines[index];
            return new(
                first + index, line.Node, ExecutionId.Of(instance.Id, line.Execution), line.Parent == 0 ? null : ExecutionId.Of(instance.Id, line.Parent), line.Word.Event, line.Word.Detail, at)
            {
                Data = line.Word.Data,
            };
        }
    }

    public IEnumerator<JournalEntry> GetEnumerator()
    {
        for (var i = 0; i < lines.Length; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <param name="Execution">Its number in the instance.</param>
/// <param name="Parent">The number of the execution around it; 0 for none.</param>
internal readonly record struct JournalLine(CompiledNode Node, JournalWord Word, int Execution, int Parent);

/// <summary>What happened to an execution. What is mostly said is said by one object.</summary>
/// <param name="Event">Started, Completed, Suspended, Resumed, Faulted, Canceled, Skipped: Elsa's words, but for the last.</param>
/// <param name="Detail">The outcomes of Completed, what a Suspended waits for, the message of Faulted, who skipped.</param>
/// <param name="Data">What the execution was given and gave, as JSON; null where its definition does not ask for that.</param>
internal sealed record JournalWord(string Event, string? Detail = null, string? Data = null)
{
    private static readonly JournalWord Done = new("Completed", "Done");

    public static JournalWord Started { get; } = new("Started");

    public static JournalWord Resumed { get; } = new("Resumed");

    public static JournalWord Canceled { get; } = new("Canceled");

    /// <summary>Completed with all around it, by no outcome of its own.</summary>
    public static JournalWord Ended { get; } = new("Completed");

    public static JournalWord Completed(string? outcomes) => outcomes switch
    {
        null => Ended,
        "Done" => Done,
        _ => new("Completed", outcomes),
    };
}
