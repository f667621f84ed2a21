// What a theme's script does: it unfolds the rest of an entry, and appends older entries.

jQuery(($) => {
  $(".more-link").on("click", function () {
    $(".more-text").prop("hidden", false).hide().slideDown(200);
    $(this).remove();
    $("#main").append('<article class="post"><div class="entry-content"><p>The rebels bombed the capital.</p></div></article>');
  });
});
