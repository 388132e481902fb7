namespace RetailOps.Platform.Tests;

/// <summary>What breaks a client is told from what does not, in words that a reader of a failed build understands.</summary>
public sealed class OpenApiChangesTests
{
    private const string Document =
        """
        {"paths":{"/lamps":{"post":{"operationId":"AddLamp","parameters":[{"name":"dry","in":"query","schema":{"type":"boolean"}}],
        "requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Lamp"}}}},
        "responses":{"201":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Lamp"}}}},"409":{}}},"get":{"operationId":"ListLamps","responses":{"200":{}}}}},
        "components":{"schemas":{"Lamp":{"type":"object","required":["colour"],"properties":{"colour":{"type":"string","enum":["red","green"]},"watts":{"type":"integer","format":"int32"},
        "maker":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/Maker"}]}}},"Maker":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}}
        """;

    [Theory]
    [InlineData("\"get\":{\"operationId\":\"ListLamps\",\"responses\":{\"200\":{}}}", "\"patch\":{\"operationId\":\"X\"}", "BREAKS  GET /lamps is gone", "adds    PATCH /lamps is new")]
    [InlineData("AddLamp", "MakeLamp", "BREAKS  POST /lamps: its name AddLamp is now MakeLamp")]
    [InlineData("\"in\":\"query\",", "\"in\":\"query\",\"required\":true,", "BREAKS  POST /lamps: parameter dry (query) must be there")]
    [InlineData("\"name\":\"dry\"", "\"name\":\"wet\"", "BREAKS  POST /lamps: parameter dry (query) is gone", "adds    POST /lamps: parameter wet (query) is new")]
    [InlineData("{\"type\":\"boolean\"}", "{\"type\":\"string\"}", "BREAKS  POST /lamps parameter dry (query): boolean is now string")]
    [InlineData("\"watts\":{\"type\":\"integer\",\"format\":\"int32\"},", "", "BREAKS  Lamp (answered): the member watts is gone", "BREAKS  Lamp (sent): the member watts is gone")]
    [InlineData("\"int32\"", "\"int64\"", "BREAKS  Lamp (answered).watts: integer (int32) is now integer (int64)", "BREAKS  Lamp (sent).watts: integer (int32) is now integer (int64)")]
    [InlineData("[\"red\",\"green\"]", "[\"red\"]", "BREAKS  Lamp (answered).colour: the word green is gone", "BREAKS  Lamp (sent).colour: the word green is gone")]
    [InlineData("[\"red\",\"green\"]", "[\"red\",\"green\",\"blue\"]", "adds    Lamp (answered).colour: the word blue is new", "adds    Lamp (sent).colour: the word blue is new")]
    [InlineData("[\"colour\"]", "[\"colour\",\"watts\"]", "BREAKS  Lamp (sent): the member watts must be sent")]
    [InlineData("[\"colour\"]", "[]", "BREAKS  Lamp (answered): the member colour may be missing")]
    [InlineData("\"watts\":{", "\"volts\":{\"type\":\"integer\"},\"watts\":{", "adds    Lamp (answered): the member volts is new", "adds    Lamp (sent): the member volts is new")]
    [InlineData("{\"type\":\"string\"}", "{\"type\":[\"null\",\"string\"]}", "BREAKS  Maker (answered).name: null is possible now", "adds    Maker (sent).name: null is possible now")]
    [InlineData("\"409\":{}", "\"422\":{}", "adds    POST /lamps: 409 is answered no more", "adds    POST /lamps: 422 is answered, too")]
    [InlineData("\"operationId\":\"AddLamp\"", "\"operationId\":\"AddLamp\",\"summary\":\"Better words\"")]
    public void Each_kind_of_change_is_named(string was, string @is, params string[] changes)
    {
        Document.Should().Contain(was);

        OpenApiChanges.Between(Document, Document.Replace(was, @is, StringComparison.Ordinal)).Select(c => c.ToString()).Should().Equal(changes);
    }
}
