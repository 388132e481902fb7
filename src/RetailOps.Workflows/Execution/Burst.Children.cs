using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>Children: instances of other definitions that this one starts and may wait for.</summary>
internal sealed partial class Burst
{
    /// <summary>Further names that an expression may use while one input is evaluated; null for none.</summary>
    public IReadOnlyDictionary<string, object?>? Arguments { get; set; }

    /// <summary>Starts an instance of a definition's published version, in a burst of its own once this one is committed.</summary>
    /// <param name="definitionId">Which.</param>
    /// <param name="correlationId">The child's own; null or empty for none.</param>
    /// <param name="input">What it is started with; taken over.</param>
    /// <param name="isAwaited">Whether this step waits for its end.</param>
    /// <param name="item">Which of the step's children it is.</param>
    /// <exception cref="InvalidOperationException">There is no published version.</exception>
    public async ValueTask StartChild(string? definitionId, string? correlationId, JsonObject input, bool isAwaited, int item = 0)
    {
        if (string.IsNullOrWhiteSpace(definitionId))
        {
            throw new InvalidOperationException("No workflow is chosen to be started.");
        }

        var version = await services.PublishedVersion(definitionId)
            ?? throw new InvalidOperationException($"No published version of workflow definition '{definitionId}' was found; publish one and retry. A workflow that goes live by two people starts only such that do so too, and a free one only free ones.");
        var id = ChildId.Of(ExecutionId, item);
        var correlation = string.IsNullOrEmpty(correlationId) ? null : KeyText.Checked(correlationId, "correlation id");
        var key = correlation ?? id.ToString();
        input["ParentInstanceId"] = state.Id.ToString();
        var text = input.ToJsonString(JsonReading.Web);
        if (text.Length > StateLimits.Value)
        {
            throw new StateTooLargeException("input", text.Length, StateLimits.Value);
        }

        result.ChildrenStarted.Add(new ChildStart(id, version, correlation, key, text, isAwaited));
        if (isAwaited)
        {
            Wait(new Bookmark(id, BookmarkKind.Child, node.Type, BookmarkHash.OfChild(node.Type, id), null, current.Number, node.Id, Now, key));
        }
    }

    /// <summary>Waits of earlier bursts for a child or a person whose answer nobody wants to know any more.</summary>
    private void GiveUp()
    {
        foreach (var before in bookmarksBefore)
        {
            if (before.Kind is not (BookmarkKind.Child or BookmarkKind.Task) || before.Id == met || state.Bookmarks.Exists(b => b.Id == before.Id))
            {
                continue;
            }

            if (before.Kind is BookmarkKind.Child)
            {
                result.ChildrenGivenUp.Add(before);
            }
            else
            {
                result.TasksGivenUp.Add(before.Id);
            }
        }
    }
}

/// <summary>A child to be started once the burst is stored.</summary>
/// <param name="Id">The child's instance id, made beforehand.</param>
/// <param name="VersionId">What it runs.</param>
/// <param name="CorrelationId">Null for none.</param>
/// <param name="Key">Under which its stimuli stand in line.</param>
/// <param name="Input">JSON.</param>
/// <param name="IsAwaited">Whether its end is told to the parent.</param>
internal sealed record ChildStart(Guid Id, string VersionId, string? CorrelationId, string Key, string Input, bool IsAwaited);

/// <summary>What the stimulus that starts a child says.</summary>
internal sealed record ChildOrder(Guid Parent, string ParentKey, bool IsAwaited, string? CorrelationId, JsonElement Input);

/// <summary>What a child remembers of its parent, in its properties.</summary>
internal sealed record ParentLink(Guid Id, string Key, bool IsAwaited)
{
    public const string Property = "Parent";

    public static ParentLink? Of(InstanceState state) =>
        state.Properties.TryGetValue(Property, out var json) ? json.Deserialize<ParentLink>(JsonReading.Web) : null;
}

/// <summary>How a child ended, told to its parent; what <c>ExecuteWorkflow</c> gives as its result.</summary>
/// <param name="Status">Elsa's; <see cref="Rejected"/> when it was never started.</param>
/// <param name="SubStatus">Finished, Cancelled or Faulted; <see cref="Rejected"/> when it was never started.</param>
/// <param name="Message">Why it was not started; null otherwise.</param>
internal sealed record ChildEnd(Guid WorkflowInstanceId, string Status, string SubStatus, string? Message, IReadOnlyDictionary<string, object?> Output)
{
    /// <summary>An instance of the definition lives for this key already, and the definition permits one.</summary>
    public const string Rejected = "Rejected";

    public static ChildEnd Of(InstanceState child) => new(child.Id, child.Status.ToString(), child.SubStatus.ToString(), null, child.Output);
}

/// <summary>
/// The id of a child, computed from the execution that starts it and its place among that execution's children: a burst that is run again, or an
/// activity that is retried, means the same child, and the unique start key holds it.
/// </summary>
internal static class ChildId
{
    public static Guid Of(Guid execution, int item)
    {
        Span<byte> text = stackalloc byte[20];
        execution.TryWriteBytes(text, bigEndian: true, out _);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(text[16..], item);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(text, hash);
        text[..6].CopyTo(hash);                          // the time prefix: ids of one time stand together in an index
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);       // version 8, RFC 9562
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
