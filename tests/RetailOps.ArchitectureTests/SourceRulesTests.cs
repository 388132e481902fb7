namespace RetailOps.ArchitectureTests;

public sealed class SourceRulesTests
{
    [Fact]
    public void Only_Platform_Jobs_mentions_Hangfire() => SourceRules.OnlyPlatformJobsMentionsHangfire(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Npgsql_stays_in_its_rooms() => SourceRules.NpgsqlStaysInItsRooms(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Namespaces_are_flat_and_file_scoped() => SourceRules.NamespacesAreFlat(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Type_names_say_what_they_do() => SourceRules.TypeNamesSayWhatTheyDo(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Files_are_short() => SourceRules.FilesAreShort(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Log_ids_are_ones_own() => SourceRules.LogIdsAreOnesOwn(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void No_rule_is_skipped() => SourceRules.NoRuleIsSkipped(World.OnDisk).Should().BeEmpty();

    [Theory]
    [InlineData("using Hangfire;")]
    [InlineData("class A { Hangfire.IBackgroundJobClient jobs; }")]
    public void Hangfire_elsewhere_is_seen(string text)
    {
        SourceRules.OnlyPlatformJobsMentionsHangfire(Orders("Ship.cs", text)).Should().ContainSingle();
        SourceRules.OnlyPlatformJobsMentionsHangfire(World.Of(("src/RetailOps.Platform/Jobs/A.cs", text))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("using Npgsql;")]
    [InlineData("class A { Npgsql.NpgsqlConnection c; }")]
    [InlineData("class A { void B() => options.UseNpgsql(text); }")]
    public void Npgsql_elsewhere_is_seen(string text)
    {
        SourceRules.NpgsqlStaysInItsRooms(Orders("PlaceOrder/PlaceOrder.cs", text)).Should().ContainSingle();
        SourceRules.NpgsqlStaysInItsRooms(World.Of(("src/RetailOps.Workflows/Execution/A.cs", text))).Should().ContainSingle();
        SourceRules.NpgsqlStaysInItsRooms(Orders("PlaceOrder/PlaceOrder.Sql.cs", text)).Should().BeEmpty();
        SourceRules.NpgsqlStaysInItsRooms(World.Of(("src/RetailOps.Workflows/Storage/A.cs", text))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("// using Npgsql;")]
    [InlineData("/* Hangfire\n Npgsql */ class A { string b = \"Hangfire Npgsql\"; char c = '\"'; string d = @\"\"\"Npgsql\"; }")]
    [InlineData("class A { string b = $\"\"\"\n Hangfire \"Npgsql\" \n\"\"\"; }")]
    public void Prose_is_not_code(string text)
    {
        SourceRules.OnlyPlatformJobsMentionsHangfire(Orders("A.cs", text)).Should().BeEmpty();
        SourceRules.NpgsqlStaysInItsRooms(Orders("A.cs", text)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("namespace RetailOps.Orders.PlaceOrder;")]
    [InlineData("namespace RetailOps;")]
    [InlineData("namespace RetailOps.Orders\n{\n}")]
    [InlineData("class A;")]
    public void A_namespace_that_is_not_flat_is_seen(string text) => SourceRules.NamespacesAreFlat(Orders("A.cs", text)).Should().ContainSingle();

    [Fact]
    public void Two_namespaces_in_one_project_are_seen()
    {
        var world = World.Of(
            ("src/RetailOps.Workflows.Abstractions/RetailOps.Workflows.Abstractions.csproj", "<Project />"),
            ("src/RetailOps.Workflows.Abstractions/A.cs", "namespace RetailOps.Workflows;"),
            ("src/RetailOps.Workflows.Abstractions/B.cs", "namespace RetailOps.Workflows.Abstractions;"));

        SourceRules.NamespacesAreFlat(world).Should().ContainMatch("*has 2 namespaces*");
    }

    [Theory]
    [InlineData("internal sealed class OrderManager;")]
    [InlineData("public static partial class StringHelpers { }")]
    [InlineData("readonly record struct MoneyUtil(int A);")]
    public void A_name_that_says_nothing_is_seen(string text)
    {
        SourceRules.TypeNamesSayWhatTheyDo(Orders("A.cs", text)).Should().ContainSingle();
        SourceRules.TypeNamesSayWhatTheyDo(Orders("A.cs", "internal sealed class PlaceOrder;")).Should().BeEmpty();
    }

    [Fact]
    public void A_long_file_is_seen()
    {
        SourceRules.FilesAreShort(Orders("A.cs", string.Concat(Enumerable.Repeat("\n", 400)) + "class A;\n")).Should().ContainSingle();
        SourceRules.FilesAreShort(Orders("A.cs", string.Concat(Enumerable.Repeat("\n", 399)) + "class A;\n")).Should().BeEmpty();
    }

    [Fact]
    public void A_log_id_that_is_there_twice_is_seen()
    {
        SourceRules.LogIdsAreOnesOwn(Orders("A.cs", "[LoggerMessage(1, LogLevel.Warning, \"A\")] void A();\n[LoggerMessage(1, LogLevel.Warning, \"B\")] void B();")).Should().ContainSingle();
        SourceRules.LogIdsAreOnesOwn(Orders("A.cs", "[LoggerMessage(1, LogLevel.Warning, \"A\")] void A();\n[LoggerMessage(2, LogLevel.Warning, \"B\")] void B();")).Should().BeEmpty();
    }

    [Fact]
    public void A_skipped_rule_is_seen()
    {
        var world = World.Of(
            ("tests/RetailOps.ArchitectureTests/RetailOps.ArchitectureTests.csproj", "<Project />"),
            ("tests/RetailOps.ArchitectureTests/A.cs", "class A { [Fact(Skip = \"later\")] void B() { } }"));

        SourceRules.NoRuleIsSkipped(world).Should().ContainSingle();
    }

    private static World Orders(string file, string text) =>
        World.Of(("modules/Orders/RetailOps.Orders/RetailOps.Orders.csproj", "<Project />"), ($"modules/Orders/RetailOps.Orders/{file}", text));
}
