using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// One version of a workflow as Elsa 3 writes it. What the engine needs is read into members; the whole text stays in <see cref="Document"/>,
/// so that whatever a newer Studio adds survives reading and writing.
/// </summary>
internal sealed class WorkflowDefinition
{
    private static readonly JsonWriterOptions Formatted = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required JsonElement Document { get; init; }

    /// <summary>The id of this version (<c>id</c> in the JSON); new for each new draft.</summary>
    public required string VersionId { get; init; }

    /// <summary>The id all versions share.</summary>
    public required string DefinitionId { get; init; }

    public required int Version { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<VariableDefinition> Variables { get; init; } = [];

    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The inputs with their types.</summary>
    public IReadOnlyList<ArgumentDefinition> Arguments { get; init; } = [];

    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The stored name or type name, as drawn; null when none is.</summary>
    public string? IncidentStrategy { get; init; }

    public string? ActivationStrategy { get; init; }

    /// <summary>Whether what its steps do is kept, so that it can be undone.</summary>
    public bool Compensates { get; init; }

    /// <summary>Whether its flowcharts run in token mode; in counter mode otherwise.</summary>
    public bool IsTokenBased { get; init; }

    /// <summary>Null when nothing has been drawn yet.</summary>
    public ActivityDefinition? Root { get; init; }

    /// <exception cref="DefinitionException">The text is no workflow definition.</exception>
    public static WorkflowDefinition Read(ReadOnlyMemory<byte> utf8) => DefinitionReader.Read(utf8);

    /// <summary>The document in the formatting of our files: two blanks, LF, no needless escapes, a newline at the end. A file so written reads and writes back byte-equal.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Formatted))
        {
            Document.WriteTo(writer);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <param name="Id">What outputs and <c>SetVariable</c> bind to.</param>
/// <param name="Name">What scripts say.</param>
/// <param name="Type">How values are kept; <see cref="VariableType.Object"/> keeps them as they come.</param>
/// <param name="Default">A literal, converted to the type when an instance starts.</param>
internal sealed record VariableDefinition(string Id, string Name, VariableType Type, JsonElement? Default);

/// <param name="Name">As drawn.</param>
/// <param name="Type">To which values are converted where the definition is used as an activity.</param>
/// <param name="Default">Used there when nothing is drawn.</param>
internal sealed record ArgumentDefinition(string Name, VariableType Type, JsonElement? Default);

/// <param name="Id">Unique in the definition.</param>
/// <param name="Json">The activity's own object, for its inputs and outputs.</param>
/// <param name="Children">Of a container, in the order of the file.</param>
/// <param name="Ports">Embedded activities by the camel-case name of their port.</param>
internal sealed record ActivityDefinition(
    string Id,
    string Type,
    int Version,
    string? Name,
    bool CanStart,
    JsonElement Json,
    IReadOnlyList<ActivityDefinition> Children,
    IReadOnlyList<KeyValuePair<string, ActivityDefinition>> Ports,
    IReadOnlyList<ConnectionDefinition> Connections,
    string? StartId,
    IReadOnlyList<VariableDefinition> Variables,
    MergeMode Merge = MergeMode.Stream);

internal sealed record ConnectionDefinition(string Source, string Port, string Target);
