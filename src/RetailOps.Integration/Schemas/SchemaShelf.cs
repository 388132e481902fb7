using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>
/// The committed schemas, which travel in the assembly: what is served is the file that a reviewer has seen, byte for byte. That the files say what the types say is held by a test, so that
/// nothing is made of types at run time.
/// </summary>
internal sealed class SchemaShelf
{
    private const string Folder = "schemas/";

    private readonly SortedDictionary<string, (SchemaView View, SchemaText Text)> schemas = new(StringComparer.Ordinal);

    public SchemaShelf()
    {
        var assembly = typeof(SchemaShelf).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            var schema = JsonElement.Parse(bytes.ToArray());
            var name = Path.GetFileNameWithoutExtension(resource[(resource.LastIndexOf('/') + 1)..]);
            var kind = resource.StartsWith(Folder + "documents/", StringComparison.Ordinal) ? "document" : "event";
            var means = schema.TryGetProperty("description", out var description) ? description.GetString()! : "";
            schemas.Add(
                name,
                (new(name, kind, int.Parse(name[(name.LastIndexOf(".v", StringComparison.Ordinal) + 2)..], CultureInfo.InvariantCulture), schema.GetProperty("title").GetString()!, means),
                    new(schema, Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))[..32])));
        }
    }

    public IReadOnlyList<SchemaView> All => [.. schemas.Values.Select(s => s.View).OrderBy(s => s.Kind, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>Null when there is none of that name.</summary>
    public SchemaText? Find(string name) => schemas.TryGetValue(name, out var found) ? found.Text : null;
}

internal sealed class ListSchemasHandler(SchemaShelf shelf) : IRequestHandler<ListSchemas, Result<IReadOnlyList<SchemaView>>>
{
    public Task<Result<IReadOnlyList<SchemaView>>> Handle(ListSchemas request, CancellationToken ct) => Task.FromResult<Result<IReadOnlyList<SchemaView>>>(shelf.All.ToList());
}

internal sealed class GetSchemaHandler(SchemaShelf shelf) : IRequestHandler<GetSchema, Result<SchemaText>>
{
    public Task<Result<SchemaText>> Handle(GetSchema request, CancellationToken ct) => Task.FromResult<Result<SchemaText>>(
        shelf.Find(request.Name) is { } found ? found : Refusal.NotFound("schemas.unknown", "There is no such schema; GET /api/v1/schemas lists them all."));
}
