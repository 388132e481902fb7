using System.Reflection;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.ArchitectureTests;

/// <summary>Requests, public and internal ones: one handler, one permission.</summary>
internal static class RequestRules
{
    private static readonly Type[] HandlerShapes = [typeof(IRequestHandler<>), typeof(IRequestHandler<,>), typeof(IStreamRequestHandler<,>)];

    public static IEnumerable<string> EachHasOneHandler(IReadOnlyCollection<Type> types)
    {
        var handlers = (from type in types
                        where !type.IsAbstract
                        from shape in type.GetInterfaces()
                        where shape.IsGenericType && HandlerShapes.Contains(shape.GetGenericTypeDefinition())
                        select (Request: shape.GetGenericArguments()[0], Handler: type)).ToLookup(h => h.Request, h => h.Handler);
        return from request in Requests(types)
               let found = handlers[request].Distinct().ToList()
               where found.Count != 1
               select $"{request.FullName} has {found.Count} handlers{string.Concat(found.Select(h => ", " + h.FullName))}.";
    }

    public static IEnumerable<string> EachNamesOnePermission(IReadOnlyCollection<Type> types) =>
        from request in Requests(types)
        let needs = request.GetCustomAttributes<NeedsAttribute>(inherit: false).ToList()
        where needs.Count != 1 || !Patterns.Code().IsMatch(needs[0].Permission)
        select $"{request.FullName} names {(needs.Count == 1 ? $"\"{needs[0].Permission}\"" : needs.Count)}, not one permission of the form module.verb.";

    private static IEnumerable<Type> Requests(IEnumerable<Type> types) =>
        types.Where(t => !t.IsAbstract && (t.IsAssignableTo(typeof(IBaseRequest)) || t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStreamRequest<>))));
}
