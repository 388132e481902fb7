using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Reads Elsa 3 definitions: files of every 3.x version, exports, and what the Studio posts.</summary>
internal static class DefinitionReader
{
    public const int MaxBytes = 2 * 1024 * 1024;
    public const int MaxActivities = 5_000;
    public const int MaxConnections = 20_000;
    public const int MaxDepth = 100;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 512, AllowDuplicateProperties = false };

    /// <exception cref="DefinitionException">The text is no workflow definition.</exception>
    public static WorkflowDefinition Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw new DefinitionException("definition.size", $"The definition has {utf8.Length} bytes; at most {MaxBytes} are allowed.");
        }

        JsonElement document;
        try
        {
            using var parsed = JsonDocument.Parse(WithoutMark(utf8), Strict);
            document = parsed.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new DefinitionException("definition.json", "The definition is not valid JSON: " + e.Message, e);
        }

        if (!IsText(document))
        {
            throw new DefinitionException("definition.json", "The definition has text with half a character (a lone surrogate).");
        }

        return Read(document);
    }

    /// <summary>JSON may name code units that no text has; whoever read them later would fail.</summary>
    private static bool IsText(JsonElement document)
    {
        var stack = new Stack<JsonElement>([document]);
        try
        {
            while (stack.TryPop(out var next))
            {
                switch (next.ValueKind)
                {
                    case JsonValueKind.String:
                        next.GetString();
                        break;
                    case JsonValueKind.Array:
                        foreach (var item in next.EnumerateArray())
                        {
                            stack.Push(item);
                        }

                        break;
                    case JsonValueKind.Object:
                        foreach (var member in next.EnumerateObject())
                        {
                            _ = member.Name;
                            stack.Push(member.Value);
                        }

                        break;
                    default:
                        break;
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static WorkflowDefinition Read(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            throw new DefinitionException("definition.shape", "A workflow definition is a JSON object.");
        }

        var options = document.Member("options") ?? default;
        var count = 0;
        return new WorkflowDefinition
        {
            Document = document,
            VersionId = document.Text("id") ?? "",
            DefinitionId = document.Text("definitionId") ?? "",
            Version = document.Number("version", 1),
            Name = document.Text("name"),
            Variables = Variables(document),
            Inputs = Names(document, "inputs"),
            Arguments = [.. document.Items("inputs").Select(i => new ArgumentDefinition(i.Text("name") ?? "", VariableTypes.Of(i.Text("type"), i.Flag("isArray")), i.Member("defaultValue")))],
            Outputs = Names(document, "outputs"),
            IncidentStrategy = options.Text("incidentStrategyType"),
            ActivationStrategy = options.Text("activationStrategyType"),
            Compensates = (document.Member("customProperties") ?? default).Flag("compensates"),
            IsTokenBased = "TokenBased".Equals((document.Member("customProperties") ?? default).Text("Flowchart:ExecutionMode"), StringComparison.OrdinalIgnoreCase),
            Root = document.Member("root") is { ValueKind: JsonValueKind.Object } root ? Activity(root, 1, ref count) : null,
        };
    }

    private static ActivityDefinition Activity(JsonElement json, int depth, ref int count)
    {
        if (depth > MaxDepth)
        {
            throw new DefinitionException("definition.depth", $"Activities are nested deeper than {MaxDepth} levels.");
        }

        if (++count > MaxActivities)
        {
            throw new DefinitionException("definition.count", $"The definition has more than {MaxActivities} activities.");
        }

        var children = new List<ActivityDefinition>();
        foreach (var child in json.Items("activities").Where(c => c.ValueKind == JsonValueKind.Object).Concat(json.Items("branches").Where(IsActivity)))
        {
            children.Add(Activity(child, depth + 1, ref count));
        }

        var ports = new List<KeyValuePair<string, ActivityDefinition>>();
        foreach (var member in json.EnumerateObject().Where(m => IsEmbedded(m)))
        {
            ports.Add(new(JsonNamingPolicy.CamelCase.ConvertName(member.Name), Activity(member.Value, depth + 1, ref count)));
        }

        var number = 0;
        foreach (var drawn in json.Items("cases"))
        {
            if (drawn.Member("activity") is { } activity && IsActivity(activity))
            {
                ports.Add(new(CasePort(number), Activity(activity, depth + 1, ref count)));
            }

            number++;
        }

        foreach (var drawn in json.Items("expectedStatusCodes"))
        {
            if (drawn.Member("activity") is { } activity && IsActivity(activity))
            {
                ports.Add(new(StatusPort(drawn.Number("statusCode")), Activity(activity, depth + 1, ref count)));
            }
        }

        return new ActivityDefinition(
            json.Text("id") ?? "",
            json.Text("type") ?? "",
            json.Number("version"),
            json.Text("name"),
            (json.Member("customProperties") ?? default).Flag("canStartWorkflow") || json.Flag("canStartWorkflow"),
            json,
            children,
            ports,
            [.. Connections(json)],
            json.Text("start") ?? (json.Member("start") ?? default).Text("id"),
            Variables(json),
            Enum.TryParse<MergeMode>((json.Member("customProperties") ?? default).Text("mergeMode"), ignoreCase: true, out var merge) ? merge : MergeMode.Stream);
    }

    /// <summary>Where the activity of a switch's case stands among the ports.</summary>
    public static string CasePort(int number) => $"cases.{number}";

    /// <summary>Where the activity of an expected status code stands among the ports.</summary>
    public static string StatusPort(int status) => $"expectedStatusCodes.{status}";

    private static bool IsActivity(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.Text("type") is not null && json.Text("id") is not null;

    /// <summary>A port holds an object with a type and an id; inputs have a type <em>name</em>, expressions no id.</summary>
    private static bool IsEmbedded(JsonProperty member) =>
        IsActivity(member.Value)
        && !member.Name.Equals("metadata", StringComparison.OrdinalIgnoreCase)
        && !member.Name.Equals("customProperties", StringComparison.OrdinalIgnoreCase)
        && !member.Name.Equals("start", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<ConnectionDefinition> Connections(JsonElement json)
    {
        var count = 0;
        foreach (var connection in json.Items("connections"))
        {
            if (++count > MaxConnections)
            {
                throw new DefinitionException("definition.count", $"A flowchart has more than {MaxConnections} connections.");
            }

            var source = connection.Member("source") ?? default;
            var target = connection.Member("target") ?? default;
            var (from, port) = source.ValueKind == JsonValueKind.String
                ? (source.GetString(), connection.Text("sourcePort"))       // as written before 3.0
                : (source.Text("activity"), source.Text("port"));
            var to = target.ValueKind == JsonValueKind.String ? target.GetString() : target.Text("activity");
            yield return new ConnectionDefinition(from ?? "", string.IsNullOrEmpty(port) ? "Done" : port, to ?? "");
        }
    }

    private static List<VariableDefinition> Variables(JsonElement json) =>
    [
        .. json.Items("variables").Select(v => new VariableDefinition(
            v.Text("id") ?? v.Text("name") ?? "",
            v.Text("name") ?? "",
            VariableTypes.Of(v.Text("typeName"), v.Flag("isArray")),
            v.Member("value"))),
    ];

    private static List<string> Names(JsonElement json, string member) => [.. json.Items(member).Select(i => i.Text("name") ?? "")];

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? utf8[3..] : utf8;
}
