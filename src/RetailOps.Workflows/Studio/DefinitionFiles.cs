using System.IO.Compression;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>Definitions out to files, and in from them.</summary>
internal static class DefinitionFiles
{
    private const int MostFiles = 200;
    public const long MostBytes = 16L * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder definitions)
    {
        definitions.MapGet("/{definitionId}/export", Export);
        definitions.MapMethods("/import", ["POST", "PUT"], (HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct) => Import(null, request, door, catalogue, ct))
            .WithMetadata(new RequestSizeLimitAttribute(ElsaJson.MaxBody));
        definitions.MapMethods("/{definitionId}/import", ["POST", "PUT"], (string definitionId, HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct) => Import(definitionId, request, door, catalogue, ct))
            .WithMetadata(new RequestSizeLimitAttribute(ElsaJson.MaxBody));
        definitions.MapPost("/import-files", ImportFiles).InBulk().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MostBytes));
    }

    /// <summary>One as its file, several as an archive.</summary>
    public static IResult Of(IReadOnlyList<StoredVersion> versions)
    {
        if (versions.Count == 1)
        {
            return TypedResults.File(ElsaDocument.File(versions[0]), "application/octet-stream", NameOf(versions[0]));
        }

        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var version in versions)
            {
                using var entry = archive.CreateEntry(NameOf(version), CompressionLevel.Optimal).Open();
                entry.Write(ElsaDocument.File(version));
            }
        }

        return TypedResults.File(bytes.ToArray(), "application/zip", "workflow-definitions.zip");
    }

    /// <summary>As the original names it, without anything that a file system or a header would stumble over.</summary>
    private static string NameOf(StoredVersion version)
    {
        var name = string.Concat(version.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return $"workflow-definition-{(name.Length > 64 ? name[..64] : name)}-{version.DefinitionId}-{version.VersionId}.json";
    }

    private static async Task<IResult> Export(string definitionId, HttpRequest request, Door door, CancellationToken ct)
    {
        if (VersionChoice.Read(request.Query["versionOptions"], VersionChoice.Latest) is not { } versions)
        {
            return DefinitionEndpoints.UnknownVersions();
        }

        var found = await door.Run(new FindDefinition(definitionId, versions), ct);
        if (!found.IsSuccess || !bool.TryParse(request.Query["includeConsumingWorkflows"], out var all) || !all)
        {
            return ElsaAnswers.Of(found, version => Of([version]));
        }

        return ElsaAnswers.Of(await door.Run(new FindConsumers(definitionId), ct), consumers => Of([found.Value, .. consumers]));
    }

    private static async Task<IResult> Import(string? definitionId, HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct)
    {
        if (await Read(request.Body, ct) is not { } model)
        {
            return ElsaAnswers.Errors(StatusCodes.Status400BadRequest, "The body is a workflow definition.");
        }

        return ElsaAnswers.Of(
            await door.Run(new SaveDefinition(model, model.Flag("isPublished"), IsImport: true, definitionId), ct),
            saved => ElsaAnswers.Ok(DefinitionAnswers.Wished(new(saved.Version, Notice: saved.Notice), catalogue)));
    }

    /// <summary>Each file by itself: what can be taken over is, what cannot is named.</summary>
    private static async Task<IResult> ImportFiles(HttpRequest request, Door door, CancellationToken ct)
    {
        if (!request.HasFormContentType)
        {
            return ElsaAnswers.Errors(StatusCodes.Status415UnsupportedMediaType, "Send files as multipart/form-data, in fields called files.");
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(ct);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            return ElsaAnswers.Errors(StatusCodes.Status400BadRequest, "The form cannot be read.");
        }

        var count = 0;
        var errors = new List<string>();
        foreach (var file in form.Files.Take(MostFiles))
        {
            await using var stream = file.OpenReadStream();
            foreach (var (name, read) in await Contents(file.FileName, stream, ct))
            {
                var saved = read is { } model ? await door.Run(new SaveDefinition(model, model.Flag("isPublished"), IsImport: true), ct) : DefinitionRefusals.Unreadable("It is no JSON object.");
                if (saved.IsSuccess)
                {
                    count++;
                }
                else if (saved.Refusal.Kind == Kernel.RefusalKind.Forbidden)
                {
                    return ElsaAnswers.Of(saved.Refusal);
                }
                else
                {
                    errors.Add($"{name}: {string.Join(" ", saved.Refusal.Details as IReadOnlyList<string> ?? [saved.Refusal.Message])}");
                }
            }
        }

        return count == 0 && errors.Count > 0 ? ElsaAnswers.Errors(StatusCodes.Status400BadRequest, errors) : ElsaAnswers.Ok(new { count, errors = errors.Count > 0 ? errors : null });
    }

    /// <summary>A definition, or those of an archive. An entry is read up to the largest definition, however well it is packed.</summary>
    public static async Task<List<(string Name, JsonElement? Model)>> Contents(string name, Stream stream, CancellationToken ct)
    {
        if (!name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            return [(name, await Read(stream, ct))];
        }

        var found = new List<(string, JsonElement?)>();
        try
        {
            await using var archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, ct);
            foreach (var entry in archive.Entries.Where(e => e.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).Take(MostFiles))
            {
                await using var content = await entry.OpenAsync(ct);
                found.Add((entry.Name, await Read(content, ct)));
            }
        }
        catch (InvalidDataException)
        {
            found.Add((name, null));
        }

        return found;
    }

    private static async Task<JsonElement?> Read(Stream stream, CancellationToken ct)
    {
        var buffer = new byte[81_920];
        using var bytes = new MemoryStream();
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > DefinitionReader.MaxBytes)
            {
                return null;
            }
        }

        try
        {
            using var parsed = JsonDocument.Parse(bytes.ToArray(), new JsonDocumentOptions { MaxDepth = 512 });
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? parsed.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
