using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// What the designer's palette offers, made once from the catalogue: for the original's activities in its own words, for the others in those of their attributes.
/// </summary>
internal sealed class ActivityDescriptors
{
    public ActivityDescriptors(ActivityCatalogue catalogue)
    {
        BuiltIn =
        [
            .. catalogue.All.OrderBy(k => k.Type, StringComparer.Ordinal).ThenBy(k => k.Version).Select(k => ElsaWords.Of(k.Type) is { } words ? InItsWords(k.Type, words, k) : FromAttributes(k)),
            .. ElsaWords.ShownOnly.Where(t => catalogue.Find(t, 0) is null).Select(t => InItsWords(t, ElsaWords.Of(t)!, null)),
        ];
        Text = JsonSerializer.SerializeToUtf8Bytes(new { items = BuiltIn, count = BuiltIn.Length }, ElsaJson.Options);
    }

    public ActivityDescriptor[] BuiltIn { get; }

    /// <summary>The answer to who asks for all of them, when no workflow is usable as an activity.</summary>
    public byte[] Text { get; }

    /// <summary>A published workflow that others may draw as one activity.</summary>
    public static ActivityDescriptor OfWorkflow(UsableWorkflow workflow)
    {
        var name = Pascal(workflow.Name);
        JsonElement document;
        using (var parsed = JsonDocument.Parse(workflow.Document))
        {
            document = parsed.RootElement.Clone();
        }

        var options = document.Member("options") ?? default;
        var outcomes = document.Items("outcomes").Where(o => o.ValueKind == JsonValueKind.String).Select(o => o.GetString()!).DefaultIfEmpty("Done").ToList();
        return new()
        {
            TypeName = name,
            ClrType = name,
            Namespace = "",
            Name = name,
            Version = workflow.Version,
            Category = options.Text("activityCategory") is { Length: > 0 } category ? category : "Workflows",
            DisplayName = workflow.Name,
            Description = document.Text("description"),
            Inputs =
            [
                .. document.Items("inputs").Select(i => new InputDescriptor(
                    i.Text("name") ?? "", i.Text("type") ?? "Object", i.Text("displayName") ?? i.Text("name") ?? "", i.Text("description"), Hint(i.Text("uiHint")), null, i.Member("defaultValue"), null, UISpecifications.Of(null, null, null), 0, IsSynthetic: true)),
            ],
            Outputs = [.. document.Items("outputs").Select(o => new OutputDescriptor(o.Text("name") ?? "", o.Text("type") ?? "Object", o.Text("displayName") ?? o.Text("name") ?? "", o.Text("description"), 0, IsSynthetic: true))],
            Ports = [.. outcomes.Select(o => new PortDescriptor(o, o, "Flow"))],
            CustomProperties = new Dictionary<string, object> { ["RootType"] = "WorkflowDefinitionActivity" },
            ConstructionProperties = new Dictionary<string, object>
            {
                ["WorkflowDefinitionId"] = workflow.DefinitionId,
                ["WorkflowDefinitionVersionId"] = workflow.VersionId,
                ["LatestAvailablePublishedVersion"] = workflow.Version,
                ["LatestAvailablePublishedVersionId"] = workflow.VersionId,
            },
        };
    }

    /// <summary>The type under which a workflow is drawn in others.</summary>
    public static string Pascal(string name)
    {
        var text = new StringBuilder();
        var upper = true;
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c))
            {
                upper = true;
                continue;
            }

            text.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        return text.ToString();
    }

    private static ActivityDescriptor InItsWords(string type, ElsaActivity words, ActivityKind? kind)
    {
        var inputs = words.Inputs.Where(i => kind is null || !i.IsWrapped || i.IsDrawn || kind.Inputs.Any(s => s.Property.Name == i.Name));
        var outputs = words.Outputs.Where(o => kind is null || kind.Outputs.Any(s => s.Property.Name == o.Name));
        var custom = new Dictionary<string, object> { ["Type"] = type };
        if (words.IsResilient)
        {
            (custom["Resilient"], custom["ResilienceCategory"]) = (true, "HTTP");
        }

        return new()
        {
            TypeName = type,
            ClrType = type,
            Namespace = Before(type),
            Name = After(type),
            Version = kind?.Version ?? 1,
            Category = words.Category,
            DisplayName = words.DisplayName,
            Description = words.Description,
            Inputs = [.. inputs.Select(InItsWords)],
            Outputs = [.. outputs.Select(o => new OutputDescriptor(o.Name, o.Type, o.DisplayName, o.Description, 0, IsSerializable: o.IsSerializable))],
            Kind = words.Kind,
            Ports = [.. words.Embedded.Select(p => new PortDescriptor(p, p, "Embedded", !words.HidesPorts)), .. words.Flow.Select(p => new PortDescriptor(p, p, "Flow"))],
            CustomProperties = custom,
            IsContainer = words.IsContainer,
            IsBrowsable = words.IsBrowsable,
            IsStart = words.IsStart,
            IsTerminal = words.IsTerminal,
        };
    }

    private static InputDescriptor InItsWords(ElsaInput i) => new(
        i.Name, i.Type, i.DisplayName, i.Description, i.Hint, i.Category, i.Default, i.Syntax, UISpecifications.Of(i.Picks, i.Checks, i.Language), i.Order, i.IsWrapped, i.AutoEvaluate, IsSensitive: i.IsSensitive);

    private static ActivityDescriptor FromAttributes(ActivityKind kind)
    {
        var words = kind.Class.GetCustomAttribute<ActivityAttribute>()!;
        return new()
        {
            TypeName = kind.Type,
            ClrType = kind.Type,
            Namespace = Before(kind.Type),
            Name = After(kind.Type),
            Version = kind.Version,
            Category = kind.Category.Length > 0 ? kind.Category : Before(kind.Type),
            DisplayName = words.DisplayName ?? Spaced(After(kind.Type)),
            Description = words.Description,
            Inputs = [.. kind.Inputs.Select((slot, i) => Input(slot, i))],
            Outputs = [.. kind.Outputs.Select((slot, i) => Output(slot, i))],
            Ports = kind.Outcomes is ["Done"] ? [] : [.. kind.Outcomes.Select(o => new PortDescriptor(o, Spaced(o), "Flow"))],
            CustomProperties = new Dictionary<string, object> { ["Type"] = kind.Type },
        };
    }

    private static InputDescriptor Input(ActivitySlot slot, int order)
    {
        var words = slot.Property.GetCustomAttribute<InputAttribute>()!;
        var type = TypeName(slot.ValueType);
        var plain = Nullable.GetUnderlyingType(slot.ValueType) ?? slot.ValueType;
        var options = words.Options ?? (plain.IsEnum ? Enum.GetNames(plain) : null);
        var hint = words.UIHint ?? (options is not null ? UIHints.DropDown : type switch
        {
            "Boolean" => UIHints.CheckBox,
            "List<String>" => UIHints.MultiText,
            _ => UIHints.SingleLine,
        });
        return new(
            slot.Property.Name, type, words.DisplayName ?? Spaced(slot.Property.Name), words.Description, hint, words.Category, Default(words.Default, type), words.Syntax ?? (type is "Object" ? "JavaScript" : null), UISpecifications.Of(options, null, null), order);
    }

    private static OutputDescriptor Output(ActivitySlot slot, int order)
    {
        var words = slot.Property.GetCustomAttribute<OutputAttribute>()!;
        return new(slot.Property.Name, TypeName(slot.ValueType), words.DisplayName ?? Spaced(slot.Property.Name), words.Description, order);
    }

    private static object? Default(string? text, string type) => (text, type) switch
    {
        (null, _) => null,
        (_, "Boolean") => bool.Parse(text),
        (_, "Int32" or "Int64") => long.Parse(text, CultureInfo.InvariantCulture),
        (_, "List<String>") => JsonSerializer.Deserialize<string[]>(text),
        _ => text,
    };

    /// <summary>The names that definitions use; what has none travels as an object.</summary>
    private static string TypeName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(decimal) || type == typeof(double)
                || type == typeof(Guid) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan) => type.Name,
            { IsEnum: true } => "String",
            _ when type == typeof(string[]) || type == typeof(IReadOnlyList<string>) => "List<String>",
            _ => "Object",
        };
    }

    /// <summary>Hints of a workflow's inputs are spelled otherwise than those of descriptors.</summary>
    private static string Hint(string? hint) => hint switch
    {
        null or "" or "single-line" => UIHints.SingleLine,
        "multi-line" => UIHints.MultiLine,
        _ => hint,
    };

    private static string Before(string type) => type.LastIndexOf('.') is > 0 and var dot ? type[..dot] : "";

    private static string After(string type) => type[(type.LastIndexOf('.') + 1)..];

    private static string Spaced(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var begins = i > 0 && char.IsUpper(name[i]) && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]) && char.IsUpper(name[i - 1])));
            text.Append(begins ? " " : "").Append(name[i]);
        }

        return text.ToString();
    }
}
