using System.Reflection;

using RetailOps.Workflows;

namespace RetailOps.ArchitectureTests;

/// <summary>Workflow activities: a stable name, effects in sight, requests of the own module only.</summary>
internal static class ActivityRules
{
    public static IEnumerable<string> EachHasItsOwnName(IReadOnlyCollection<Type> types)
    {
        var named = Activities(types).Select(t => (Type: t, Name: t.GetCustomAttribute<ActivityAttribute>(inherit: false))).ToList();
        var nameless = named.Where(a => a.Name is null).Select(a => $"{a.Type.FullName} has no [Activity] name.");
        var shared = named.Where(a => a.Name is not null)
            .GroupBy(a => (a.Name!.Type, a.Name.Version))
            .Where(g => g.Count() > 1)
            .Select(g => $"{g.Key.Type}, version {g.Key.Version}, is the name of {string.Join(" and ", g.Select(a => a.Type.FullName))}.");
        return [.. nameless, .. shared];
    }

    public static IEnumerable<string> EachEffectNamesItsUndo(IReadOnlyCollection<Type> types)
    {
        var known = Activities(types).Select(t => t.GetCustomAttribute<ActivityAttribute>(inherit: false)?.Type).ToHashSet();
        foreach (var type in Activities(types))
        {
            foreach (var effect in type.GetCustomAttributes<EffectAttribute>(inherit: false))
            {
                if (string.IsNullOrWhiteSpace(effect.UndoneBy) == string.IsNullOrWhiteSpace(effect.NoUndoBecause))
                {
                    yield return $"{type.FullName} {effect.Effect}: names what undoes it, or says why nothing does; one of the two.";
                }
                else if (!string.IsNullOrWhiteSpace(effect.UndoneBy) && !known.Contains(effect.UndoneBy))
                {
                    yield return $"{type.FullName} {effect.Effect}: no activity is called {effect.UndoneBy}.";
                }
            }
        }
    }

    public static IEnumerable<string> EachSendsRequestsOfItsOwnModule(IReadOnlyCollection<Type> types) =>
        from type in Activities(types)
        from sends in type.GetCustomAttributes<SendsAttribute>(inherit: false)
        where Names.HomeOf(sends.Request.Assembly) != Names.HomeOf(type.Assembly)
        select $"{type.FullName} sends {sends.Request.FullName}, which is not its own module's.";

    private static IEnumerable<Type> Activities(IEnumerable<Type> types) => types.Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(Activity)));
}
