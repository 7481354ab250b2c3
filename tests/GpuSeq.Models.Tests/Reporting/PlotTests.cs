using System.Globalization;
using System.Xml.Linq;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Tests.Reporting;

public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static IEnumerable<TestCaseData> Plots()
    {
        string[] names = ["one", "two & a half", "<three>"];
        var (x, y) = (new Axis("step") { Numbers = AxisNumbers.Whole }, new Axis("loss") { Unit = "nats" });
        yield return Case("lines", new("Loss", x, y,
            [new Line([1, 2, 3], [3, 2, 1]) { Name = "train" }, new Line([1, 3], [4, 2]) { IsDashed = true }]));
        yield return Case("one point", new("Loss", x, y, [new Line([8], [2.5])]));
        yield return Case("nothing", new("Loss", x, y, []));
        yield return Case("only gaps", new("Loss", x, y with { IsLogarithmic = true }, [new Line([1, 2], [double.NaN, -1])]));
        yield return Case("constant", new("Rate", x, y, [new Line([1, 2], [0, 0])]));
        yield return Case("tiny range at a large value", new("Sum", x, y, [new Line([1, 2], [1e15, 1e15 + 0.125])]));
        yield return Case("names", new("Scatter \"a\" & <b> \u0001 \ud800", x, y,
            [new Points([1, 2], [1, 2]) { Labels = ["<i>", "&"], ShowsLabels = true, Name = "a<b" }]));
        yield return Case("bars", new("F1", new Axis("class") { Categories = names }, y,
            [new Bars([1, -2, double.NaN]) { Name = "a" }, new Bars([3, 2, 1])]));
        yield return Case("heat map", new(
            "Attention", new Axis("key") { Categories = names }, new Axis("query") { Categories = names[..2] },
            [new HeatMap(new double[,] { { 0, 0.5, 1 }, { 0.2, double.NaN, 0.9 } }) { NumberFormat = "0.0" }]));
        yield return Case("small heat maps", new(
            "Heads", new Axis("head") { Categories = names }, new Axis("layer") { Categories = names[..2] },
            [new SmallHeatMaps([.. names[..2].Select(_ => names.Select(_ => new float[,] { { 0, 0.5f }, { float.NaN, 2 } }).ToArray())])]));

        static TestCaseData Case(string name, Plot plot) => new TestCaseData(plot).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Plots))]
    public void File_IsXmlWithAxesInsideThePicture(Plot plot)
    {
        var svg = XDocument.Parse(plot.ToSvg()).Root!;
        var texts = svg.Descendants(Svg + "text").ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(svg.Name, Is.EqualTo(Svg + "svg"));
            Assert.That(svg.Descendants().Select(element => element.Name.Namespace), Has.All.EqualTo(Svg));
            var captions = new[] { plot.X.Label, plot.Y.Unit is null ? plot.Y.Label : $"{plot.Y.Label} ({plot.Y.Unit})" };
            Assert.That(texts.Select(text => text.Value), Is.SupersetOf(captions));
            Assert.That(plot.ToSvg(), Does.Not.Contain("NaN").And.Not.Contain("Infinity"));
            foreach (var text in texts)
            {
                Assert.That(Number(text, "x"), Is.InRange(0, plot.Width), text.Value);
                Assert.That(Number(text, "y"), Is.InRange(0, plot.Height), text.Value);
            }
        }
    }

    [Test]
    public void File_HasBothThemesAndThePageElementNoNamespace()
    {
        var plot = new Plot("Loss", new Axis("step"), new Axis("loss"), [new Line([1, 2], [3, 2])]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plot.ToSvg(), Does.Contain("prefers-color-scheme: dark").And.Contain("stroke=\"#1f62c4\""));
            Assert.That(plot.ToPageElement(), Does.StartWith("<svg ").And.Not.Contain("http").And.Not.Contain("<style"));
            Assert.That(Plot.Style, Does.Contain(".plot .s0-stroke"));
        }
    }

    [Test]
    public void Line_IsBrokenAtGapsAndDotsStandForSinglePoints()
    {
        var line = new Line([1, 2, 3, 4, 5, 6], [1, 2, double.NaN, 3, double.PositiveInfinity, 4]);
        var svg = XDocument.Parse(new Plot("Gaps", new Axis("x"), new Axis("y"), [line]).ToSvg());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(svg.Descendants(Svg + "path"), Has.Exactly(1).Items);
            Assert.That(svg.Descendants(Svg + "circle"), Has.Exactly(2).Items);
        }
    }

    [Test]
    public void Values_LieWhereTheAxisSaysTheyDo()
    {
        var axis = new Axis("y") { Includes = [0, 100] };
        var points = new Points([0, 50, 100], [0, 50, 100]);
        var svg = XDocument.Parse(new Plot("Diagonal", axis, axis, [points]).ToSvg());
        var dots = svg.Descendants(Svg + "circle").Select(dot => (X: Number(dot, "cx"), Y: Number(dot, "cy"))).ToArray();
        var zero = svg.Descendants(Svg + "text").First(text => text.Value == "0");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dots[1].X, Is.EqualTo((dots[0].X + dots[2].X) / 2).Within(0.02));
            Assert.That(dots[1].Y, Is.EqualTo((dots[0].Y + dots[2].Y) / 2).Within(0.02));
            Assert.That(dots[2].Y, Is.LessThan(dots[0].Y), "up is more");
            Assert.That(Number(zero, "x"), Is.EqualTo(dots[0].X).Within(0.02));
        }
    }

    [Test]
    public void LogarithmicAxis_GivesEqualRatiosEqualDistances()
    {
        var points = new Points([1, 2, 3], [1, 10, 100]);
        var svg = XDocument.Parse(new Plot("Powers", new Axis("x"), new Axis("y") { IsLogarithmic = true }, [points]).ToSvg());
        var y = svg.Descendants(Svg + "circle").Select(dot => Number(dot, "cy")).ToArray();
        Assert.That(y[0] - y[1], Is.EqualTo(y[1] - y[2]).Within(0.02));
    }

    [Test]
    public void Bars_StandSideBySideFromZero()
    {
        var plot = new Plot(
            "F1", new Axis("class") { Categories = ["a", "b"] }, new Axis("F1"), [new Bars([0.5, 1]), new Bars([1, 0.25]) { Color = 1 }]);
        var bars = XDocument.Parse(plot.ToSvg()).Descendants(Svg + "g").Select(group => group.Elements(Svg + "rect").ToArray()).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Number(bars[0][0], "height") * 2, Is.EqualTo(Number(bars[0][1], "height")).Within(0.02));
            Assert.That(Number(bars[1][1], "height") * 4, Is.EqualTo(Number(bars[1][0], "height")).Within(0.05));
            Assert.That(Number(bars[0][0], "x") + Number(bars[0][0], "width"), Is.LessThan(Number(bars[1][0], "x")));
            Assert.That(Number(bars[1][0], "x") + Number(bars[1][0], "width"), Is.LessThan(Number(bars[0][1], "x")));
        }
    }

    [Test]
    public void HeatMap_ShowsMoreAsStrongerFromTheTopDown()
    {
        var plot = new Plot(
            "Confusion", new Axis("predicted") { Categories = ["a", "b"] }, new Axis("true") { Categories = ["a", "b"] },
            [new HeatMap(new double[,] { { 8, 0 }, { 2, 6 } })]);
        var cells = XDocument.Parse(plot.ToSvg()).Descendants(Svg + "g").Single().Elements(Svg + "rect").ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cells.Select(cell => Number(cell, "fill-opacity")), Is.EqualTo(new[] { 1, 0, 0.25, 0.75 }));
            Assert.That(cells.Select(cell => cell.Element(Svg + "title")!.Value), Is.EqualTo(new[] { "8", "0", "2", "6" }));
            Assert.That(Number(cells[2], "y"), Is.GreaterThan(Number(cells[0], "y")));
        }
    }

    [Test]
    public void Legend_TakesAsManyRowsAsItNeeds()
    {
        Mark Named(int number) => new Line([1, 2], [1, 2]) { Name = $"a run with a long name {number}", Color = number };
        var few = XDocument.Parse(new Plot("Loss", new Axis("x"), new Axis("y"), [Named(0)]).ToSvg()).Root!;
        var many = XDocument.Parse(new Plot("Loss", new Axis("x"), new Axis("y"), [.. Enumerable.Range(0, 9).Select(Named)]).ToSvg()).Root!;
        Assert.That(Number(many, "height"), Is.GreaterThan(Number(few, "height") + 3 * 18));
    }

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
