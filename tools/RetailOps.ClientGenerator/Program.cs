using System.Text.Json.Nodes;

using NJsonSchema.CodeGeneration.CSharp;

using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

using RetailOps.ClientGenerator;

if (args is not [var document, var output])
{
    await Console.Error.WriteLineAsync("client-generator DOCUMENT OUTPUT: writes the C# of a client for an OpenAPI document.");
    return 2;
}

var described = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(document))!;
var api = await OpenApiDocument.FromJsonAsync(OlderDialect.Of(described).ToJsonString());
var code = new CSharpClientGenerator(api, new CSharpClientGeneratorSettings
{
    ClassName = "RetailOpsApi",
    OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
    InjectHttpClient = true,
    DisposeHttpClient = false,
    UseBaseUrl = false,
    GenerateOptionalParameters = true,
    ExceptionClass = "ApiException",
    CSharpGeneratorSettings =
    {
        Namespace = "RetailOps.Client",
        JsonLibrary = CSharpJsonLibrary.SystemTextJson,
        ClassStyle = CSharpClassStyle.Poco,
        GenerateNullableReferenceTypes = true,
        GenerateOptionalPropertiesAsNullable = true,
        GenerateDataAnnotations = false,
        DateTimeType = "System.DateTimeOffset",
        DateType = "System.DateOnly",
        ArrayType = "System.Collections.Generic.ICollection",
    },
}).GenerateFile();
if (!File.Exists(output) || await File.ReadAllTextAsync(output) != code)
{
    await File.WriteAllTextAsync(output, code);
}

return 0;
