using System.Collections.Frozen;
using System.Reflection;

namespace RetailOps.Workflows;

/// <summary>Every kind of activity this system knows, by its stable type name and version. Built once, at start.</summary>
internal sealed class ActivityCatalogue
{
    private readonly FrozenDictionary<(string Type, int Version), ActivityKind> kinds;
    private readonly FrozenDictionary<string, ActivityKind> latest;
    private readonly FrozenDictionary<string, string> aliases;

    /// <param name="types">Classes with <see cref="ActivityAttribute"/>; the engine's own are added.</param>
    /// <param name="aliases">Former names that stored definitions may still use, with the name of today.</param>
    /// <exception cref="ArgumentException">Two classes claim one name and version, or a class is no activity.</exception>
    public ActivityCatalogue(IEnumerable<Type> types, IReadOnlyDictionary<string, string>? aliases = null)
    {
        var all = EngineActivities.All.Concat(types).Select(t => new ActivityKind(t)).ToList();
        if (all.GroupBy(k => (k.Type, k.Version)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Activity type '{twice.Key.Type}' version {twice.Key.Version} is declared by {string.Join(" and ", twice.Select(k => k.Class.Name))}.");
        }

        kinds = all.ToFrozenDictionary(k => (k.Type, k.Version));
        latest = all.GroupBy(k => k.Type).ToFrozenDictionary(g => g.Key, g => g.MaxBy(k => k.Version)!);
        this.aliases = (aliases ?? new Dictionary<string, string>()).ToFrozenDictionary();
    }

    public IEnumerable<ActivityKind> All => kinds.Values;

    /// <summary>The kind, by its name of today or a former one; version 0 (none given) means the latest. Null when there is none.</summary>
    public ActivityKind? Find(string type, int version)
    {
        var name = aliases.GetValueOrDefault(type, type);
        return version == 0 ? latest.GetValueOrDefault(name) : kinds.GetValueOrDefault((name, version));
    }
}

/// <summary>One kind of activity: its class, inputs, outputs and declarations.</summary>
internal sealed class ActivityKind
{
    private static readonly PropertyInfo Id = typeof(Activity).GetProperty(nameof(Activity.Id))!;

    public ActivityKind(Type type)
    {
        Class = type;
        var activity = type.GetCustomAttribute<ActivityAttribute>()
            ?? throw new ArgumentException($"{type.Name} has no [Activity].");
        if (!type.IsSubclassOf(typeof(Activity)) || type.IsAbstract)
        {
            throw new ArgumentException($"{type.Name} is no activity that can be made.");
        }

        Type = activity.Type;
        Version = activity.Version;
        Category = activity.Category;
        Outcomes = type.GetCustomAttribute<OutcomesAttribute>()?.Names ?? ["Done"];
        Undo = type.GetCustomAttribute<EffectAttribute>() is { UndoneBy: not null } effect ? effect : null;
        Requests = [.. type.GetCustomAttributes<SendsAttribute>().Select(s => s.Request), .. type.GetCustomAttributes<AsksAttribute>().Select(a => a.Request)];
        Events = [.. type.GetCustomAttributes<WaitsForAttribute>().Select(w => w.EventName)];
        Inputs = [.. Slots<InputAttribute>(typeof(Input<>))];
        Outputs = [.. Slots<OutputAttribute>(typeof(Output<>))];
    }

    public Type Class { get; }

    public string Type { get; }

    public int Version { get; }

    public string Category { get; }

    public IReadOnlyList<string> Outcomes { get; }

    /// <summary>Its effect, when another kind undoes it.</summary>
    public EffectAttribute? Undo { get; }

    public IReadOnlyList<Type> Requests { get; }

    public IReadOnlyList<string> Events { get; }

    public IReadOnlyList<ActivitySlot> Inputs { get; }

    public IReadOnlyList<ActivitySlot> Outputs { get; }

    public Activity Create(string activityId)
    {
        var activity = (Activity)Activator.CreateInstance(Class, nonPublic: true)!;
        Id.SetValue(activity, activityId);
        return activity;
    }

    private IEnumerable<ActivitySlot> Slots<TAttribute>(Type open)
        where TAttribute : Attribute
    {
        foreach (var property in Class.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (property.GetCustomAttribute<TAttribute>() is not { } attribute)
            {
                continue;
            }

            if (!property.PropertyType.IsGenericType || property.PropertyType.GetGenericTypeDefinition() != open)
            {
                throw new ArgumentException($"{Class.Name}.{property.Name} must be an {open.Name}.");
            }

            yield return new ActivitySlot(property, (attribute as InputAttribute)?.Default);
        }
    }
}

/// <summary>One input or output of a kind.</summary>
/// <param name="Property">Holds the <see cref="Input{T}"/> or <see cref="Output{T}"/>.</param>
/// <param name="Default">A literal for an input that is not drawn; null for none.</param>
internal sealed record ActivitySlot(PropertyInfo Property, string? Default)
{
    public string Name { get; } = NameOf(Property.Name);

    public Type ValueType { get; } = Property.PropertyType.GetGenericArguments()[0];

    /// <summary>A property's name as definitions spell it.</summary>
    public static string NameOf(string property) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(property);

    public void Bind(Activity activity, int slot)
    {
        var bound = Activator.CreateInstance(Property.PropertyType)!;
        Property.PropertyType.GetProperty("Slot")!.SetValue(bound, slot);
        Property.SetValue(activity, bound);
    }
}
